// What the tests of the applications share.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "moir/error.h"
#include "moir/tensor.h"
#include "tests/support/subprocess.h"

namespace moir::apps {

inline std::string NpyFixture(const std::string& name) { return std::string(MOIR_TEST_DATA_DIR) + "/npy/" + name; }
inline std::string Digits(const std::string& name) {
  return std::string(MOIR_TEST_DATA_DIR) + "/../../examples/digits/" + name;
}

inline std::string Shapes(const std::string& name) {
  return std::string(MOIR_TEST_DATA_DIR) + "/../../examples/shapes/" + name;
}
inline std::string ValidationFigures() { return std::string(MOIR_TEST_DATA_DIR) + "/apps/validation.json"; }

inline std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// Expects moir::Error of this kind with `text` in what().
template <typename F>
void ExpectError(ErrorKind kind, const std::string& text, F&& f) {
  try {
    f();
    ADD_FAILURE() << "nothing was thrown, expected an error with: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.Kind()), static_cast<int>(kind)) << error.what();
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what() << "\nexpected: " << text;
  }
}

// The program ends with exit code 1 and an error that contains `text`.
inline void ExpectRefusal(const std::string& program, const std::vector<std::string>& arguments,
                          const std::string& text) {
  const test::Finished run = test::RunProgram(program, arguments);
  EXPECT_EQ(run.exit_code, 1) << run.output << run.errors;
  EXPECT_NE(run.errors.find(program + ": error: "), std::string::npos) << run.errors;
  EXPECT_NE(run.errors.find(text), std::string::npos) << run.errors << "\nexpected: " << text;
}

// Converts a network of examples/ to FOLDER/NAME.xml for `batch` pictures at a time.
inline void ConvertDigits(const std::string& folder, const std::string& name, int batch = 1,
                          const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--input_model", Digits("digits-0010.params"),
                                        "--input_shape", "[" + std::to_string(batch) + ",1,32,32]",
                                        "--output_dir",  folder,
                                        "--model_name",  name};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const test::Finished mo = test::RunProgram("mo", arguments);
  ASSERT_EQ(mo.exit_code, 0) << mo.output << mo.errors;
}
inline void ConvertShapes(const std::string& folder, const std::string& name, int batch = 1,
                          const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--input_model",
                                        Shapes("shapes-0030.params"),
                                        "--input_shape",
                                        "[" + std::to_string(batch) + ",3,96,96]",
                                        "--reverse_input_channels",
                                        "--mean_values",
                                        "[123.675,116.28,103.53]",
                                        "--scale_values",
                                        "[58.395,57.12,57.375]",
                                        "--output_dir",
                                        folder,
                                        "--model_name",
                                        name};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const test::Finished mo = test::RunProgram("mo", arguments);
  ASSERT_EQ(mo.exit_code, 0) << mo.output << mo.errors;
}

template <typename T>
Tensor MakeTensor(ElementType type, const Shape& shape, const std::vector<T>& values) {
  Tensor tensor(type, shape);
  EXPECT_EQ(tensor.GetSize(), values.size());
  std::copy(values.begin(), values.end(), tensor.Data<T>());
  return tensor;
}

}  // namespace moir::apps

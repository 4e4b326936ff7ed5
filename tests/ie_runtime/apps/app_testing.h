// What the tests of the applications share.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "moir/error.h"
#include "moir/tensor.h"

namespace moir::apps {

inline std::string NpyFixture(const std::string& name) { return std::string(MOIR_TEST_DATA_DIR) + "/npy/" + name; }
inline std::string Digits(const std::string& name) {
  return std::string(MOIR_TEST_DATA_DIR) + "/../../examples/digits/" + name;
}

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

template <typename T>
Tensor MakeTensor(ElementType type, const Shape& shape, const std::vector<T>& values) {
  Tensor tensor(type, shape);
  EXPECT_EQ(tensor.GetSize(), values.size());
  std::copy(values.begin(), values.end(), tensor.Data<T>());
  return tensor;
}

}  // namespace moir::apps

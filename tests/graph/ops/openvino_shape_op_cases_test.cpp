// Operators that move, pick, resize and recur against what OpenVINO computes:
// tests/oracle/make_openvino_shape_op_cases.py writes the cases.
#include <gtest/gtest.h>

#include <fstream>

#include "graph/evaluate.h"
#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

TEST(OpenVinoShapeOpCases, PlainEvaluationAgrees) {
  const std::string path = MOIR_TEST_DATA_DIR "/graph/openvino_shape_op_cases.txt";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::string line, name, text;
  size_t count = 0;
  const auto run = [&] {
    if (name.empty()) return;
    SCOPED_TRACE(name);
    ++count;
    try {
      const std::vector<Tensor> outputs = EvaluateText(text);
      ASSERT_GT(outputs.size(), 0u);
      ASSERT_EQ(outputs.size() % 2, 0u);
      for (size_t i = 0; i < outputs.size(); i += 2) ExpectNear(outputs[i], outputs[i + 1], 2e-5);
    } catch (const graph::Error& error) {
      ADD_FAILURE() << error.what();
    }
  };
  while (std::getline(file, line)) {
    if (line.rfind("== ", 0) == 0) {
      run();
      name = line.substr(3);
      text.clear();
    } else {
      text += line + "\n";
    }
  }
  run();
  EXPECT_GE(count, 120u);
}

}  // namespace
}  // namespace moir::test

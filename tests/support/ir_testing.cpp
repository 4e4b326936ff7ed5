#include "tests/support/ir_testing.h"

#include <gtest/gtest.h>

#include "graph/evaluate.h"

namespace moir::test {

void IrFiles::Edit(std::string_view from, std::string_view to) const {
  std::string text = Topology();
  size_t count = 0;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
    ++count;
  }
  EXPECT_GT(count, 0u) << "the topology has no " << from;
  folder_.Write("model.xml", text);
}

void ExpectSameResults(const Graph& actual, const Graph& expected, double tolerance) {
  const std::map<std::string, Tensor> inputs = RandomInputs(expected);
  const std::vector<Tensor> wanted = graph::EvaluateGraph(expected, inputs);
  const std::vector<Tensor> got = graph::EvaluateGraph(actual, inputs);
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    SCOPED_TRACE("output \"" + expected.Outputs()[i].name + "\"");
    EXPECT_EQ(actual.Outputs()[i].name, expected.Outputs()[i].name);
    ExpectNear(got[i], wanted[i], tolerance);
  }
}

}  // namespace moir::test

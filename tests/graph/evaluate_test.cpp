#include "graph/evaluate.h"

#include <gtest/gtest.h>

#include "graph/op_schema.h"
#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::EvaluateGraph;
using graph::EvaluateStatic;
using graph::ParseGraph;

TEST(EvaluateGraphTest, OutputsInTheirOrder) {
  const std::vector<Tensor> outputs = EvaluateText(
      "x : f32[2]; c : f32[1] = {10}; a = Add(x, c); b = Multiply(a, a); return b, x, a, b as \"again\", c",
      {{"x", Tensor::FromValues<float>({2}, {1, 2})}});
  ASSERT_EQ(outputs.size(), 5u);
  ExpectValues<float>(outputs[0], {2}, {121, 144});
  ExpectValues<float>(outputs[1], {2}, {1, 2});
  ExpectValues<float>(outputs[2], {2}, {11, 12});
  ExpectValues<float>(outputs[3], {2}, {121, 144});
  ExpectValues<float>(outputs[4], {1}, {10});
}

TEST(EvaluateGraphTest, LeavesInputsAndConstantsAlone) {
  const auto graph = ParseGraph("x : f32[2]; c : f32[2] = {1, 2}; a = Add(x, c); return a");
  const std::map<std::string, Tensor> inputs = {{"x", Tensor::FromValues<float>({2}, {1, 2})}};
  ExpectValues<float>(EvaluateGraph(*graph, inputs)[0], {2}, {2, 4});
  ExpectValues<float>(EvaluateGraph(*graph, inputs)[0], {2}, {2, 4});
  ExpectValues<float>(inputs.at("x"), {2}, {1, 2});
}

TEST(EvaluateGraphTest, ChecksItsInputs) {
  const auto graph = ParseGraph("x : f32[2]; y = ReLU(x); return y");
  ExpectError([&] { EvaluateGraph(*graph, {}); }, ErrorKind::kBadOption, {"input \"x\": no value was given"});
  ExpectError(
      [&] {
        EvaluateGraph(*graph, {{"x", Tensor(ElementType::kF32, {3})}});
      },
      ErrorKind::kBadOption, {"input \"x\": got f32[3], expected f32[2]"});
  ExpectError(
      [&] {
        EvaluateGraph(*graph, {{"x", Tensor(ElementType::kF64, {2})}});
      },
      ErrorKind::kBadOption, {"got f64[2]"});
}

TEST(EvaluateGraphTest, ErrorsNameTheNode) {
  ExpectError([] { EvaluateText("a : i32[1] = {1}; b : i32[1] = {0}; q = Divide(a, b); return q"); },
              ErrorKind::kBadModel, {"node \"q\" (Divide): an integer is divided by zero"});
}

TEST(EvaluateStaticTest, KnowsConstantsAndShapesOnly) {
  const auto graph = ParseGraph(
      "x : f32[2,3,4]; one : i64[1] = {1}; s = ShapeOf(x); t = Add(s, one); y = ReLU(x); u = ShapeOf(y); return t, u");
  const auto value = [&](const char* name) { return EvaluateStatic(graph->FindNode(name)->Output()); };
  ExpectValues<int64_t>(value("s").value(), {3}, {2, 3, 4});
  ExpectValues<int64_t>(value("t").value(), {3}, {3, 4, 5});
  ExpectValues<int64_t>(value("u").value(), {3}, {2, 3, 4});
  EXPECT_FALSE(value("x"));
  EXPECT_FALSE(value("y"));
  EXPECT_FALSE(EvaluateStatic(graph->FindNode("t")->Output(), 2));
  EXPECT_FALSE(EvaluateStatic(graph->FindNode("one")->Output(), 0));
}

TEST(EvaluateStaticTest, GivesUpAfterManySteps) {
  std::string text = "a0 : i64[1] = {1}\n";
  for (int i = 1; i <= 20; ++i) text += graph::StrCat("a", i, " = Add(a", i - 1, ", a", i - 1, ")\n");
  const auto graph = ParseGraph(text + "return a20");
  ExpectValues<int64_t>(EvaluateStatic(graph->FindNode("a5")->Output()).value(), {1}, {32});
  EXPECT_FALSE(EvaluateStatic(graph->FindNode("a20")->Output()));
}

}  // namespace
}  // namespace moir::test

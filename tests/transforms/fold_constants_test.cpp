#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(FoldConstants, ComputesChainsOfConstants) {
  ExpectRewrite(MakeFoldConstants(), R"(
    x : f32[2]; a : f32[2] = {1, 2}; b : f32[] = {10}
    c = Multiply(a, b); d = Add(c, b); y = Add(x, d)
    return y)",
                "x : f32[2]; d : f32[2] = {20, 30}; y = Add(x, d); return y");
}
TEST(FoldConstants, KeepsTheNameOfTheNode) {
  const auto graph = graph::ParseGraph("x : f32[2]; a : f32[2] = {1, 2}; d = Sigmoid(a); y = Add(x, d); return y");
  graph->FindNode("d")->AddOutputName(0, "d:0");
  PassRunner runner;
  runner.Add(MakeFoldConstants());
  runner.Run(*graph);
  ASSERT_NE(graph->FindNode("d"), nullptr);
  EXPECT_TRUE(graph->FindNode("d")->Is("Constant"));
  EXPECT_EQ(graph->FindNode("d")->OutputAt(0).names, std::vector<std::string>{"d:0"});
}
TEST(FoldConstants, ComputesWhatDependsOnShapesOnly) {
  ExpectRewrite(MakeFoldConstants(), "x : f32[2,6]; z : f32[3,4]; s = ShapeOf(z); y = Reshape(x, s); return y",
                "x : f32[2,6]; z : f32[3,4]; s : i64[2] = {3, 4}; y = Reshape(x, s); return y");
}
TEST(FoldConstants, ComputesEveryOutputThatIsRead) {
  ExpectRewrite(MakeFoldConstants(), R"(
    x : f32[2]; a : f32[6] = {1, 2, 3, 4, 5, 6}; k : i64[] = {0}
    s = Split(a, k) num_splits=3; b = Add(x, s.0); y = Add(b, s.2)
    return y)",
                "x : f32[2]; s : f32[2] = {1, 2}; t : f32[2] = {5, 6}; b = Add(x, s); y = Add(b, t); return y");
}
TEST(FoldConstants, KeepsOutputsOfTheModel) {
  ExpectUnchanged(MakeFoldConstants(), "x : f32[2]; a : f32[2] = {1, 2}; y = ReLU(a); z = ReLU(x); return y, z",
                  "output of the model");
}
TEST(FoldConstants, KeepsLargeResultsOfSmallInputs) {
  ExpectUnchanged(MakeFoldConstants(),
                  "x : f32[1]; a : f32[1] = {1}; t : i64[1] = {70000}; b = Tile(a, t); y = Add(x, b); return y",
                  "70000 elements");
  ExpectRewrite(MakeFoldConstants(),
                "x : f32[1]; a : f32[1] = {1}; t : i64[1] = {3}; b = Tile(a, t); y = Add(x, b); return y",
                "x : f32[1]; b : f32[3] = {1, 1, 1}; y = Add(x, b); return y");
}
TEST(FoldConstants, KeepsOperatorsOfTheTarget) {
  const char* text = "x : f32[2]; a : f32[2] = {1, 2}; b = Sigmoid(a); y = Add(x, b); return y";
  ExpectUnchanged(MakeFoldConstants({"Sigmoid"}), text, "the target keeps Sigmoid");
  ExpectRewrite(MakeFoldConstants({"Tanh"}), text, "x : f32[2]; b : f32[2] = any; y = Add(x, b); return y");
}
TEST(FoldConstants, KeepsWhatDependsOnData) {
  ExpectUnchanged(MakeFoldConstants(), "x : f32[2]; a : f32[2] = {1, 2}; b = Add(x, a); y = Sigmoid(b); return y");
}

PassReport RunPass(Graph& graph) {
  PassRunner runner;
  runner.Add(MakeFoldConstants());
  return runner.Run(graph)[0];
}

TEST(FoldConstants, ReshapesAndScalesLargeWeightsWithoutTouchingThem) {
  // The bytes are somebody else's, as those of a mapped file: a result that is views and factors owns none.
  std::vector<float> bytes(300 * 400, 2.0f);
  graph::Graph graph;
  Node* x = graph.AddParameter("x", ElementType::kF32, {1, 400});
  Node* weights = graph.AddConstant("w", Tensor::Wrap(bytes.data(), ElementType::kF32, {400, 300}));
  Node* pattern = graph.AddConstant("p", Tensor::Indices({300, 400}));
  Node* reshaped = graph.Add("Reshape", "r", {weights->Output(), pattern->Output()});
  std::vector<double> scales(300);
  for (size_t i = 0; i < scales.size(); ++i) scales[i] = static_cast<double>(i) + 1;
  Node* scale = graph.AddConstant("s", Tensor::FromValues<double>({300, 1}, scales).ConvertTo(ElementType::kF32));
  Node* scaled = graph.Add("Multiply", "m", {scale->Output(), reshaped->Output()});
  Node* half = graph.AddConstant("h", Tensor::Scalar<float>(2));
  Node* halved = graph.Add("Divide", "d", {scaled->Output(), half->Output()});
  graph.AddOutput("y", graph.Add("MatMul", "y", {x->Output(), halved->Output()}, {{"transpose_b", true}})->Output());
  EXPECT_EQ(RunPass(graph).changes, 3u);
  const Tensor& folded = graph.FindNode("y")->Input(1).node->ConstantValue();
  EXPECT_TRUE(folded.HasPendingFactors());
  EXPECT_EQ(folded.OwnedBytes(), 0u);
  const std::vector<float> values = folded.ToVector<float>();
  EXPECT_EQ(values[0], 1.0f);
  EXPECT_EQ(values[400], 2.0f);
  EXPECT_EQ(values[400 * 300 - 1], 300.0f);
}
TEST(FoldConstants, MultipliesLargeConstantsOutWhenAFactorIsNoNumber) {
  graph::Graph graph;
  Node* x = graph.AddParameter("x", ElementType::kF32, {70000});
  Node* large = graph.AddConstant("a", Tensor(ElementType::kF32, {70000}));
  Node* zero = graph.AddConstant("z", Tensor::Scalar<float>(0));
  Node* divided = graph.Add("Divide", "d", {large->Output(), zero->Output()});
  graph.AddOutput("y", graph.Add("Add", "y", {x->Output(), divided->Output()})->Output());
  EXPECT_EQ(RunPass(graph).changes, 1u);
  const Tensor& folded = graph.FindNode("d")->ConstantValue();
  EXPECT_FALSE(folded.HasPendingFactors());
  EXPECT_TRUE(folded.ToVector<float>()[5] != folded.ToVector<float>()[5]);  // 0 / 0
}

}  // namespace
}  // namespace moir::transforms

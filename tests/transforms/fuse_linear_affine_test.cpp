#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(FuseLinearAffine, ScalesAConvolution) {
  ExpectRewrite(MakeFuseLinearAffine(), R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {1, 2, 3, 4}; s : f32[1,2,1,1] = {10, 100}
    c = Convolution(x, w) pads_begin=[1,1] pads_end=[0,0]; y = Multiply(c, s)
    return y)",
                R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {10, 20, 300, 400}
    y = Convolution(x, w) pads_begin=[1,1] pads_end=[0,0]
    return y)");
}
TEST(FuseLinearAffine, ScalesTheBiasToo) {
  ExpectRewrite(MakeFuseLinearAffine(), R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {1, 2, 3, 4}; b : f32[1,2,1,1] = {5, 6}; s : f32[1,2,1,1] = {10, 100}; t : f32[1,2,1,1] = {1, 2}
    c = Convolution(x, w); d = Add(c, b); e = Multiply(s, d); y = Add(e, t)
    return y)",
                R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {10, 20, 300, 400}; b : f32[1,2,1,1] = {50, 600}; t : f32[1,2,1,1] = {1, 2}
    c = Convolution(x, w); d = Add(c, b); y = Add(d, t)
    return y)");
}
TEST(FuseLinearAffine, TakesScalarsDivisionsAndReversedSubtraction) {
  ExpectRewrite(MakeFuseLinearAffine(), R"(
    x : f32[1,2,4,4]; w : f32[1,2,1,1] = {1, 2}; s : f32[] = {4}
    c = Convolution(x, w); y = Divide(c, s)
    return y)",
                "x : f32[1,2,4,4]; w : f32[1,2,1,1] = {0.25, 0.5}; y = Convolution(x, w); return y");
  ExpectRewrite(
      MakeFuseLinearAffine(), R"(
    x : f32[1,2,4,4]; w : f32[1,2,1,1] = {1, 2}; s : f32[] = {4}
    c = Convolution(x, w); y = Subtract(s, c)
    return y)",
      "x : f32[1,2,4,4]; w : f32[1,2,1,1] = {-1, -2}; t : f32[] = {4}; c = Convolution(x, w); y = Add(c, t); return y");
}
// Each kind of weights has its output channels elsewhere; evaluation of both sides tells whether they were found.
TEST(FuseLinearAffine, ScalesEveryKindOfWeights) {
  const char* kinds[][4] = {
      {"f32[1,4,5,5]", "f32[6,4,3,3]", "Convolution(x, w) strides=[2,2]", "f32[1,6,1,1]"},
      {"f32[2,4,5]", "f32[6,4,3]", "Convolution(x, w)", "f32[1,6,1]"},
      {"f32[1,2,3,4,5]", "f32[6,2,2,2,2]", "Convolution(x, w)", "f32[1,6,1,1,1]"},
      {"f32[1,4,5,5]", "f32[2,3,2,3,3]", "GroupConvolution(x, w)", "f32[1,6,1,1]"},
      {"f32[1,6,5,5]", "f32[6,1,1,3,3]", "GroupConvolution(x, w)", "f32[1,6,1,1]"},
      {"f32[1,4,5,5]", "f32[4,6,3,3]", "ConvolutionBackpropData(x, w) strides=[2,2]", "f32[1,6,1,1]"},
      {"f32[1,4,5,5]", "f32[2,2,3,3,3]", "GroupConvolutionBackpropData(x, w) strides=[2,2]", "f32[1,6,1,1]"},
      {"f32[3,4]", "f32[6,4]", "MatMul(x, w) transpose_b=true", "f32[1,6]"},
      {"f32[3,4]", "f32[4,6]", "MatMul(x, w)", "f32[6]"},
      {"f32[2,3,4]", "f32[6,4]", "MatMul(x, w) transpose_b=true", "f32[6]"},
  };
  for (const auto& [data, weights, linear, scale] : kinds) {
    SCOPED_TRACE(linear);
    const std::string head = graph::StrCat("x : ", data, "; w : ", weights);
    ExpectRewrite(MakeFuseLinearAffine(),
                  graph::StrCat(head, " = random(1); s : ", scale, " = random(2); c = ", linear,
                                "; y = Multiply(c, s); return y"),
                  graph::StrCat(head, " = any; y = ", linear, "; return y"));
    ExpectRewrite(MakeFuseLinearAffine(),
                  graph::StrCat(head, " = random(1); s : ", scale, " = random(2); b : ", scale,
                                " = random(3); c = ", linear, "; d = Add(c, b); y = Multiply(d, s); return y"),
                  graph::StrCat(head, " = any; b : ", scale, " = any; c = ", linear, "; y = Add(c, b); return y"));
  }
}
TEST(FuseLinearAffine, LeavesTheWeightsUntouchedInMemory) {
  const auto graph = graph::ParseGraph(
      "x : f32[1,8]; w : f32[8,8] = random(1); s : f32[8] = random(2); c = MatMul(x, w); y = Multiply(c, s); return y");
  const Tensor before = graph->FindNode("w")->ConstantValue();
  PassRunner runner;
  runner.Add(MakeFuseLinearAffine());
  EXPECT_EQ(runner.Run(*graph)[0].changes, 1u);
  EXPECT_TRUE(graph->FindNode("w")->ConstantValue().HasPendingFactors());
  EXPECT_FALSE(before.HasPendingFactors());
}
TEST(FuseLinearAffine, ScalesOneOfTwoConvolutionsThatShareWeights) {
  ExpectRewrite(MakeFuseLinearAffine(), R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {1, 2, 3, 4}; s : f32[] = {10}
    c = Convolution(x, w); y = Multiply(c, s); z = Convolution(x, w)
    return y, z)",
                R"(
    x : f32[1,2,4,4]; v : f32[2,2,1,1] = {10, 20, 30, 40}; w : f32[2,2,1,1] = {1, 2, 3, 4}
    y = Convolution(x, v); z = Convolution(x, w)
    return y, z)");
}
TEST(FuseLinearAffine, KeepsTheNamesOfAnInnerConvolution) {
  const auto graph = graph::ParseGraph(R"(
    x : f32[1,2,4,4]; conv0_weight : f32[2,2,1,1] = random(1); s : f32[1,2,1,1] = random(2); t : f32[1,2,1,1] = random(3)
    conv0 = Convolution(x, conv0_weight); m = Multiply(conv0, s); bn0 = Add(m, t)
    return bn0)");
  graph->FindNode("conv0")->AddOutputName(0, "conv0:0");
  graph->FindNode("m")->AddOutputName(0, "scaled:0");
  PassRunner runner;
  runner.Add(MakeFuseLinearAffine());
  EXPECT_EQ(runner.Run(*graph)[0].changes, 1u);
  ASSERT_NE(graph->FindNode("conv0"), nullptr);
  EXPECT_EQ(graph->FindNode("conv0")->Input(1).node->Name(), "conv0_weight");
  // The value that the framework called conv0:0 is no longer computed.
  EXPECT_EQ(graph->FindNode("conv0")->OutputAt(0).names, std::vector<std::string>{"scaled:0"});
}
TEST(FuseLinearAffine, KeepsAConvolutionThatSomethingElseReads) {
  const std::string head =
      "x : f32[1,2,4,4]; w : f32[2,2,1,1] = random(1); s : f32[] = {10}; b : f32[] = {1}; c = Convolution(x, w); ";
  ExpectUnchanged(MakeFuseLinearAffine(), head + "y = Multiply(c, s); z = ReLU(c); return y, z", "other readers");
  ExpectUnchanged(MakeFuseLinearAffine(), head + "y = Multiply(c, s); return y, c", "other readers");
  ExpectUnchanged(MakeFuseLinearAffine(), head + "d = Add(c, b); y = Multiply(d, s); z = ReLU(c); return y, z",
                  "before the bias has other readers");
  ExpectUnchanged(MakeFuseLinearAffine(), head + "d = Add(c, b); y = Multiply(d, s); z = ReLU(d); return y, z",
                  "other readers");
  ExpectUnchanged(MakeFuseLinearAffine(), head + "d = Add(c, b); y = Multiply(d, s); return y, d", "other readers");
}
TEST(FuseLinearAffine, KeepsAScaleAlongAnotherAxis) {
  ExpectUnchanged(MakeFuseLinearAffine(),
                  "x : f32[1,2,4,4]; w : f32[2,2,1,1] = random(1); s : f32[4] = random(2); c = Convolution(x, w); y = "
                  "Multiply(c, s); return y",
                  "output channels only");
  ExpectUnchanged(MakeFuseLinearAffine(),
                  "x : f32[3,4]; w : f32[4,6] = random(1); s : f32[3,1] = random(2); c = MatMul(x, w); y = Multiply(c, "
                  "s); return y",
                  "output channels only");
}
TEST(FuseLinearAffine, KeepsWeightsThatAreNoConstant) {
  ExpectUnchanged(
      MakeFuseLinearAffine(),
      "x : f32[1,2,4,4]; w : f32[2,2,1,1]; s : f32[] = {2}; c = Convolution(x, w); y = Multiply(c, s); return y",
      "the weights are no constant");
}
TEST(FuseLinearAffine, KeepsTransposedData) {
  ExpectUnchanged(MakeFuseLinearAffine(),
                  "x : f32[4,3]; w : f32[4,6] = random(1); s : f32[] = {2}; c = MatMul(x, w) transpose_a=true; y = "
                  "Multiply(c, s); return y",
                  "the data are transposed");
}
TEST(FuseLinearAffine, KeepsABatchOfMatrices) {
  ExpectUnchanged(
      MakeFuseLinearAffine(),
      "x : f32[2,3,4]; w : f32[2,4,6] = random(1); s : f32[] = {2}; c = MatMul(x, w); y = Multiply(c, s); return y",
      "no matrix");
}
TEST(FuseLinearAffine, KeepsWhatIsNotLinear) {
  ExpectUnchanged(MakeFuseLinearAffine(),
                  "x : f32[1,2,4,4]; s : f32[] = {2}; c = ReLU(x); y = Multiply(c, s); return y", "no linear node");
}
TEST(FuseLinearAffine, HandlesHalfPrecisionAndDeclinesRoundedFactorsForDouble) {
  test::RewriteOptions half;
  half.tolerance = 5e-3;
  ExpectRewrite(
      MakeFuseLinearAffine(),
      "x : f16[1,2]; w : f16[2,2] = random(1); s : f16[2] = random(2); c = MatMul(x, w); y = Multiply(c, s); return y",
      "x : f16[1,2]; w : f16[2,2] = any; y = MatMul(x, w); return y", half);
  ExpectUnchanged(
      MakeFuseLinearAffine(),
      "x : f64[1,2]; w : f64[2,2] = random(1); s : f64[2] = {0.1, 2}; c = MatMul(x, w); y = Multiply(c, s); return y",
      "type f64");
  ExpectRewrite(MakeFuseLinearAffine(),
                "x : f64[1,2]; w : f64[2,2] = {1, 2, 3, 4}; s : f64[2] = {0.5, 2}; c = MatMul(x, w); y = Multiply(c, "
                "s); return y",
                "x : f64[1,2]; w : f64[2,2] = {0.5, 4, 1.5, 8}; y = MatMul(x, w); return y");
}
TEST(FuseLinearAffine, KeepsWhatTheUserNamed) {
  const char* text =
      "x : f32[1,2]; w : f32[2,2] = random(1); s : f32[] = {2}; b : f32[] = {3}; c = MatMul(x, w); d = Add(c, b); y = "
      "Multiply(d, s); return y";
  for (const char* name : {"c", "d", "y"})
    ExpectUnchanged(MakeFuseLinearAffine(FusingFilter({name})), text, "kept by finegrain fusing");
}

}  // namespace
}  // namespace moir::transforms

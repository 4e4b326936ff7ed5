#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(FuseAffineLinear, ScalesInputChannels) {
  ExpectRewrite(MakeFuseAffineLinear(), R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {1, 2, 3, 4}; s : f32[1,2,1,1] = {10, 100}
    a = Multiply(x, s); y = Convolution(a, w) pads_begin=[1,1] pads_end=[1,1]
    return y)",
                R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,1] = {10, 200, 30, 400}
    y = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]
    return y)");
}
TEST(FuseAffineLinear, TurnsAShiftIntoABiasWithoutPadding) {
  ExpectRewrite(MakeFuseAffineLinear(), R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,2] = {1, 2, 3, 4, 5, 6, 7, 8}; t : f32[1,2,1,1] = {10, 100}
    a = Add(x, t); y = Convolution(a, w)
    return y)",
                R"(
    x : f32[1,2,4,4]; w : f32[2,2,1,2] = {1, 2, 3, 4, 5, 6, 7, 8}; b : f32[1,2,1,1] = {730, 1610}
    c = Convolution(x, w); y = Add(c, b)
    return y)",
                {.tolerance = 1e-4});
}
TEST(FuseAffineLinear, TakesAWholeChain) {
  ExpectRewrite(MakeFuseAffineLinear(), R"(
    x : f32[1,2,4,4]; w : f32[1,2,1,1] = {1, 2}; m : f32[] = {3}; s : f32[1,2,1,1] = {2, 4}
    a = Subtract(x, m); d = Divide(a, s); y = Convolution(d, w)
    return y)",
                R"(
    x : f32[1,2,4,4]; w : f32[1,2,1,1] = {0.5, 0.5}; b : f32[1,1,1,1] = {-3}
    c = Convolution(x, w); y = Add(c, b)
    return y)");
}
TEST(FuseAffineLinear, ScalesEveryKindOfWeights) {
  const char* kinds[][4] = {
      {"f32[1,4,5,5]", "f32[6,4,3,3]", "Convolution(a, w)", "f32[1,4,1,1]"},
      {"f32[1,4,5,5]", "f32[2,3,2,3,3]", "GroupConvolution(a, w)", "f32[1,4,1,1]"},
      {"f32[1,6,5,5]", "f32[6,2,1,3,3]", "GroupConvolution(a, w)", "f32[1,6,1,1]"},
      {"f32[3,4]", "f32[6,4]", "MatMul(a, w) transpose_b=true", "f32[1,4]"},
      {"f32[3,4]", "f32[4,6]", "MatMul(a, w)", "f32[4]"},
      {"f32[2,3,4]", "f32[4,6]", "MatMul(a, w)", "f32[4]"},
  };
  for (const auto& [data, weights, linear, scale] : kinds) {
    SCOPED_TRACE(linear);
    const std::string head = graph::StrCat("x : ", data, "; w : ", weights);
    std::string after = linear;
    after.replace(after.find("a, w"), 4, "x, w");
    ExpectRewrite(MakeFuseAffineLinear(),
                  graph::StrCat(head, " = random(1); s : ", scale, " = random(2); a = Multiply(x, s); y = ", linear,
                                "; return y"),
                  graph::StrCat(head, " = any; y = ", after, "; return y"));
    const std::string bias = std::string_view(linear).starts_with("MatMul")
                                 ? (std::string_view(data) == "f32[3,4]" ? "f32[1,6]" : "f32[1,1,6]")
                                 : (std::string_view(data) == "f32[1,6,5,5]" ? "f32[1,12,1,1]" : "f32[1,6,1,1]");
    ExpectRewrite(MakeFuseAffineLinear(),
                  graph::StrCat(head, " = random(1); s : ", scale, " = random(2); t : ", scale,
                                " = random(3); p = Multiply(x, s); a = Add(p, t); y = ", linear, "; return y"),
                  graph::StrCat(head, " = any; b : ", bias, " = any; c = ", after, "; y = Add(c, b); return y"));
  }
}
TEST(FuseAffineLinear, ScalesTransposedConvolutions) {
  ExpectRewrite(MakeFuseAffineLinear(),
                "x : f32[1,4,5,5]; w : f32[4,6,3,3] = random(1); s : f32[1,4,1,1] = random(2); a = Multiply(x, s); y = "
                "ConvolutionBackpropData(a, w); return y",
                "x : f32[1,4,5,5]; w : f32[4,6,3,3] = any; y = ConvolutionBackpropData(x, w); return y");
  ExpectRewrite(MakeFuseAffineLinear(),
                "x : f32[1,4,5,5]; w : f32[2,2,3,3,3] = random(1); s : f32[1,4,1,1] = random(2); a = Multiply(x, s); y "
                "= GroupConvolutionBackpropData(a, w); return y",
                "x : f32[1,4,5,5]; w : f32[2,2,3,3,3] = any; y = GroupConvolutionBackpropData(x, w); return y");
}
TEST(FuseAffineLinear, ReadsScaledWeightsForTheBias) {
  // After the scale went into the weights as factors, the shift has to see them.
  ExpectRewrite(MakeFuseAffineLinear(), R"(
    x : f32[1,2,3,3]; w : f32[1,2,1,1] = {1, 1}; s : f32[1,2,1,1] = {2, 3}; t : f32[1,2,1,1] = {10, 100}
    a = Add(x, t); b = Multiply(a, s); y = Convolution(b, w)
    return y)",
                R"(
    x : f32[1,2,3,3]; w : f32[1,2,1,1] = {2, 3}; b : f32[1,1,1,1] = {320}
    c = Convolution(x, w); y = Add(c, b)
    return y)",
                {.tolerance = 1e-4});
}
TEST(FuseAffineLinear, KeepsAShiftUnderPadding) {
  const std::string head =
      "x : f32[1,2,4,4]; w : f32[2,2,3,3] = random(1); t : f32[1,2,1,1] = random(2); a = Add(x, t); ";
  ExpectUnchanged(MakeFuseAffineLinear(), head + "y = Convolution(a, w) pads_begin=[1,1] pads_end=[0,0]; return y",
                  "under zero padding");
  ExpectUnchanged(MakeFuseAffineLinear(), head + "y = Convolution(a, w) pads_begin=[0,0] pads_end=[0,1]; return y",
                  "under zero padding");
  ExpectUnchanged(MakeFuseAffineLinear(), head + "y = Convolution(a, w) auto_pad=\"same_upper\"; return y",
                  "under zero padding");
  ExpectUnchanged(MakeFuseAffineLinear(), head + "y = ConvolutionBackpropData(a, w); return y", "under zero padding");
}
TEST(FuseAffineLinear, TakesTheScaleAndKeepsTheShiftUnderPadding) {
  ExpectRewrite(MakeFuseAffineLinear(), R"(
    x : f32[1,2,4,4]; w : f32[2,2,3,3] = random(1); t : f32[1,2,1,1] = random(2); s : f32[] = {0.5}
    a = Add(x, t); b = Multiply(a, s); y = Convolution(b, w) pads_begin=[1,1] pads_end=[1,1]
    return y)",
                R"(
    x : f32[1,2,4,4]; w : f32[2,2,3,3] = any; t : f32[1,2,1,1] = random(2)
    a = Add(x, t); y = Convolution(a, w) pads_begin=[1,1] pads_end=[1,1]
    return y)");
}
TEST(FuseAffineLinear, KeepsAnAffineNodeThatSomethingElseReads) {
  const std::string head =
      "x : f32[1,2,4,4]; w : f32[2,2,1,1] = random(1); s : f32[] = {2}; a = Multiply(x, s); y = Convolution(a, w); ";
  ExpectUnchanged(MakeFuseAffineLinear(), head + "z = ReLU(a); return y, z", "other readers");
  ExpectUnchanged(MakeFuseAffineLinear(), head + "return y, a", "other readers");
}
TEST(FuseAffineLinear, KeepsConstantsAlongAnotherAxis) {
  ExpectUnchanged(MakeFuseAffineLinear(),
                  "x : f32[1,2,4,4]; w : f32[2,2,1,1] = random(1); s : f32[4,1] = random(2); a = Multiply(x, s); y = "
                  "Convolution(a, w); return y",
                  "scale does not vary along the input channels only");
  ExpectUnchanged(MakeFuseAffineLinear(),
                  "x : f32[1,2,4,4]; w : f32[2,2,1,1] = random(1); s : f32[4,1] = random(2); a = Add(x, s); y = "
                  "Convolution(a, w); return y",
                  "shift does not vary along the input channels only");
}
TEST(FuseAffineLinear, KeepsWeightsThatAreNoConstant) {
  ExpectUnchanged(
      MakeFuseAffineLinear(),
      "x : f32[1,2,4,4]; w : f32[2,2,1,1]; s : f32[] = {2}; a = Multiply(x, s); y = Convolution(a, w); return y",
      "the weights are no constant");
}
TEST(FuseAffineLinear, SaysWhenThereIsNothingBefore) {
  ExpectUnchanged(MakeFuseAffineLinear(),
                  "x : f32[1,2,4,4]; w : f32[2,2,1,1] = random(1); a = ReLU(x); y = Convolution(a, w); return y",
                  "no affine node");
}
TEST(FuseAffineLinear, KeepsWhatTheUserNamed) {
  const char* text =
      "x : f32[1,2]; w : f32[2,2] = random(1); s : f32[] = {2}; a = Multiply(x, s); y = MatMul(a, w); return y";
  for (const char* name : {"a", "y"})
    ExpectUnchanged(MakeFuseAffineLinear(FusingFilter({name})), text, "kept by finegrain fusing");
}

}  // namespace
}  // namespace moir::transforms

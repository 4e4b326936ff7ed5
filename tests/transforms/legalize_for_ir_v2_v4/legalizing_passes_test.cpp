// Each legalizing pass: what becomes which layer, with the same numbers, and what it leaves alone.
#include <gtest/gtest.h>

#include <array>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"
#include "transforms/passes.h"

namespace moir::test {
namespace {

using namespace transforms;

// ---- convolution ----

TEST(LowerConvolution, TakesTheBias) {
  ExpectRewrite(MakeLowerConvolution(), R"(x : f32[1,3,8,8]; w : f32[4,3,3,2] = random(1); b : f32[1,4,1,1] = random(2)
      c = Convolution(x, w) strides=[2,1] pads_begin=[1,0] pads_end=[0,1] dilations=[1,2]; y = Add(c, b); return y)",
                R"(x : f32[1,3,8,8]; w : f32[4,3,3,2] = random(1); b : f32[4] = random(2)
      y = ie.Convolution(x, w, b) kernel=[3,2] strides=[2,1] pads_begin=[1,0] pads_end=[0,1] dilations=[1,2] group=1 output=4; return y)");
}

TEST(LowerConvolution, RepeatsASingleBias) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,3,4,4]; w : f32[2,3,1,1] = random(1); b : f32[] = {0.5}; c = Convolution(x, w); y = Add(b, "
                "c); return y",
                R"(x : f32[1,3,4,4]; w : f32[2,3,1,1] = random(1); b : f32[2] = fill(0.5)
      y = ie.Convolution(x, w, b) kernel=[1,1] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=2; return y)");
}

TEST(LowerConvolution, LeavesABiasThatIsNotPerChannel) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,3,4,4]; w : f32[2,3,1,1] = random(1); b : f32[4] = random(2); c = Convolution(x, w); y = "
                "Add(c, b); return y",
                R"(x : f32[1,3,4,4]; w : f32[2,3,1,1] = random(1); b : f32[4] = random(2)
      c = ie.Convolution(x, w) kernel=[1,1] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=2; y = Add(c, b); return y)");
}

TEST(LowerConvolution, LeavesABiasBesideAnotherReader) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,3,4,4]; w : f32[2,3,1,1] = random(1); b : f32[2,1,1] = random(2); c = Convolution(x, w); y "
                "= Add(c, b); return y, c",
                R"(x : f32[1,3,4,4]; w : f32[2,3,1,1] = random(1); b : f32[2,1,1] = random(2)
      c = ie.Convolution(x, w) kernel=[1,1] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=2; y = Add(c, b); return y, c)");
}

TEST(LowerConvolution, TakesGroups) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,4,5,5]; w : f32[2,3,2,3,3] = random(1); y = GroupConvolution(x, w) pads_begin=[1,1] "
                "pads_end=[1,1]; return y",
                R"(x : f32[1,4,5,5]; w : f32[2,3,2,3,3] = random(1)
      y = ie.Convolution(x, w) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] dilations=[1,1] group=2 output=6; return y)");
}

TEST(LowerConvolution, SettlesAutomaticPadding) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,1,5,6]; w : f32[1,1,2,3] = random(1); y = Convolution(x, w) auto_pad=\"same_upper\" "
                "strides=[2,2]; return y",
                R"(x : f32[1,1,5,6]; w : f32[1,1,2,3] = random(1)
      y = ie.Convolution(x, w) kernel=[2,3] strides=[2,2] pads_begin=[0,0] pads_end=[1,1] dilations=[1,1] group=1 output=1; return y)");
}

TEST(LowerConvolution, MakesTwoAxesOfOne) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,3,9]; w : f32[2,3,3] = random(1); b : f32[1,2,1] = random(2); c = Convolution(x, w) "
                "strides=[2] pads_begin=[1] pads_end=[0]; y = Add(c, b); return y",
                R"(x : f32[1,3,9]; w : f32[2,3,3] = random(1); b : f32[2] = random(2); d = ie.Reshape(x) dim=[1,3,1,9]
      c = ie.Convolution(d, w, b) kernel=[1,3] strides=[1,2] pads_begin=[0,1] pads_end=[0,0] dilations=[1,1] group=1 output=2; y = ie.Reshape(c) dim=[1,2,4]; return y)");
}

TEST(LowerConvolution, TakesDeconvolutionAndItsBias) {
  ExpectRewrite(MakeLowerConvolution(), R"(x : f32[1,4,5,5]; w : f32[4,3,4,4] = random(1); b : f32[1,3,1,1] = random(2)
      c = ConvolutionBackpropData(x, w) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; y = Add(c, b); return y)",
                R"(x : f32[1,4,5,5]; w : f32[4,3,4,4] = random(1); b : f32[3] = random(2)
      y = ie.Deconvolution(x, w, b) kernel=[4,4] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] dilations=[1,1] group=1 output=3; return y)");
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,4,5,5]; w : f32[2,2,3,2,2] = random(1); y = GroupConvolutionBackpropData(x, w) "
                "strides=[2,2]; return y",
                R"(x : f32[1,4,5,5]; w : f32[2,2,3,2,2] = random(1)
      y = ie.Deconvolution(x, w) kernel=[2,2] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=2 output=6; return y)");
}

TEST(LowerConvolution, TakesOutputPaddingFromTheEndPadding) {
  ExpectRewrite(MakeLowerConvolution(), R"(x : f32[1,2,4,4]; w : f32[2,2,3,3] = random(1)
      y = ConvolutionBackpropData(x, w) strides=[2,2] pads_begin=[1,1] pads_end=[1,1] output_padding=[1,0]; return y)",
                R"(x : f32[1,2,4,4]; w : f32[2,2,3,3] = random(1)
      y = ie.Deconvolution(x, w) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[0,1] dilations=[1,1] group=1 output=2; return y)");
}

TEST(LowerConvolution, ExtendsTheKernelForMoreOutputPadding) {
  ExpectRewrite(MakeLowerConvolution(),
                "x : f32[1,2,4,4]; w : f32[2,2,2,2] = random(1); y = ConvolutionBackpropData(x, w) strides=[2,2] "
                "output_padding=[1,0]; return y",
                R"(x : f32[1,2,4,4]; w : f32[2,2,3,2] = any
      y = ie.Deconvolution(x, w) kernel=[3,2] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=2; return y)");
}

TEST(LowerConvolution, LeavesOtherDataAndComputedWeights) {
  ExpectUnchanged(MakeLowerConvolution(),
                  "x : f64[1,3,4,4]; w : f64[2,3,1,1] = random(1); y = Convolution(x, w); return y", "not f32");
  ExpectUnchanged(MakeLowerConvolution(), "x : f32[1,3,4,4]; w : f32[2,3,1,1]; y = Convolution(x, w); return y",
                  "no constant");
}

// ---- matrix products ----

TEST(LowerMatMul, MakesFullyConnected) {
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[2,6]; w : f32[3,6] = random(1); b : f32[3] = random(2); m = MatMul(x, w) transpose_b=true; y "
                "= Add(m, b); return y",
                "x : f32[2,6]; w : f32[3,6] = random(1); b : f32[3] = random(2); y = ie.FullyConnected(x, w, b) "
                "out-size=3; return y");
}

TEST(LowerMatMul, TransposesWeights) {
  ExpectRewrite(MakeLowerMatMul(), "x : f32[2,3]; w : f32[3,2] = {1,2,3,4,5,6}; y = MatMul(x, w); return y",
                "x : f32[2,3]; w : f32[2,3] = {1,3,5,2,4,6}; y = ie.FullyConnected(x, w) out-size=2; return y");
}

TEST(LowerMatMul, TakesAFlatteningReshapeOfFourAxes) {
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[2,3,2,2]; p : i64[2] = {0,-1}; f = Reshape(x, p) special_zero=true; w : f32[3,12] = "
                "random(1); y = MatMul(f, w) transpose_b=true; return y",
                "x : f32[2,3,2,2]; w : f32[3,12] = random(1); y = ie.FullyConnected(x, w) out-size=3; return y");
}

TEST(LowerMatMul, KeepsOtherReshapes) {
  // Three axes; the first axis changes; another reader.
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[2,3,4]; p : i64[2] = {0,-1}; f = Reshape(x, p) special_zero=true; w : f32[3,12] = random(1); "
                "y = MatMul(f, w) transpose_b=true; return y",
                "x : f32[2,3,4]; p : i64[2] = {0,-1}; f = Reshape(x, p) special_zero=true; w : f32[3,12] = random(1); "
                "y = ie.FullyConnected(f, w) out-size=3; return y");
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[2,3,2,2]; p : i64[2] = {4,6}; f = Reshape(x, p); w : f32[3,6] = random(1); y = MatMul(f, w) "
                "transpose_b=true; return y",
                "x : f32[2,3,2,2]; p : i64[2] = {4,6}; f = Reshape(x, p); w : f32[3,6] = random(1); y = "
                "ie.FullyConnected(f, w) out-size=3; return y");
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[2,3,2,2]; p : i64[2] = {2,12}; f = Reshape(x, p); w : f32[3,12] = random(1); y = MatMul(f, w) "
                "transpose_b=true; return y, f",
                "x : f32[2,3,2,2]; p : i64[2] = {2,12}; f = Reshape(x, p); w : f32[3,12] = random(1); y = "
                "ie.FullyConnected(f, w) out-size=3; return y, f");
}

TEST(LowerMatMul, ReshapesMoreThanTwoAxes) {
  ExpectRewrite(
      MakeLowerMatMul(),
      "x : f32[2,3,4]; w : f32[5,4] = random(1); b : f32[5] = random(2); m = MatMul(x, w) transpose_b=true; y = Add(m, "
      "b); return y",
      R"(x : f32[2,3,4]; w : f32[5,4] = random(1); b : f32[5] = random(2); r = ie.Reshape(x) dim=[6,4]; m = ie.FullyConnected(r, w, b) out-size=5
      y = ie.Reshape(m) dim=[2,3,5]; return y)");
}

TEST(LowerMatMul, LeavesABiasAlongAnotherAxis) {
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[3,6]; w : f32[3,6] = random(1); b : f32[3,1] = random(2); m = MatMul(x, w) transpose_b=true; "
                "y = Add(m, b); return y",
                "x : f32[3,6]; w : f32[3,6] = random(1); b : f32[3,1] = random(2); m = ie.FullyConnected(x, w) "
                "out-size=3; y = Add(m, b); return y");
}

TEST(LowerMatMul, MakesGemmOfTwoComputedMatrices) {
  ExpectRewrite(MakeLowerMatMul(), "x : f32[2,3,4]; z : f32[5,4]; y = MatMul(x, z) transpose_b=true; return y",
                "x : f32[2,3,4]; z : f32[5,4]; r = ie.Reshape(z) dim=[1,5,4]; y = ie.Gemm(x, r) alpha=1.0 beta=0.0 "
                "transpose_a=false transpose_b=true; return y");
  ExpectRewrite(MakeLowerMatMul(),
                "x : f32[4,3]; w : f32[4,5] = random(1); y = MatMul(x, w) transpose_a=true; return y",
                "x : f32[4,3]; w : f32[4,5] = random(1); y = ie.Gemm(x, w) alpha=1.0 beta=0.0 transpose_a=true "
                "transpose_b=false; return y");
}

TEST(LowerMatMul, LeavesVectorsAndFiveAxes) {
  ExpectUnchanged(MakeLowerMatMul(), "x : f32[4]; w : f32[4,5] = random(1); y = MatMul(x, w); return y", "one axis");
  ExpectUnchanged(MakeLowerMatMul(), "x : f32[1,1,2,3,4]; z : f32[1,1,2,4,5]; y = MatMul(x, z); return y",
                  "more than four axes");
  ExpectUnchanged(MakeLowerMatMul(), "x : f64[3,4]; z : f64[4,5]; y = MatMul(x, z); return y", "not f32");
}

// ---- normalization ----

TEST(LowerNormalization, FoldsTheBiasOfLrn) {
  ExpectRewrite(MakeLowerNormalization(),
                "x : f32[1,5,3,3]; a : i64[1] = {1}; y = LRN(x, a) alpha=0.5 beta=0.75 bias=2.0 size=3; return y",
                R"(x : f32[1,5,3,3]; n = ie.Norm(x) alpha=0.25 beta=0.75 local-size=3 region="across"
      y = ie.Power(n) power=1.0 scale=0.5946035575013605 shift=0.0; return y)");
  ExpectRewrite(MakeLowerNormalization(),
                "x : f32[1,5,4,4]; a : i64[2] = {2,3}; y = LRN(x, a) alpha=0.5 beta=0.5 bias=1.0 size=3; return y",
                "x : f32[1,5,4,4]; y = ie.Norm(x) alpha=0.5 beta=0.5 local-size=3 region=\"same\"; return y");
  ExpectUnchanged(MakeLowerNormalization(),
                  "x : f32[1,5,4,4]; a : i64[1] = {2}; y = LRN(x, a) alpha=0.5 beta=0.5 bias=1.0 size=3; return y",
                  "neither");
  ExpectUnchanged(MakeLowerNormalization(),
                  "x : f32[1,5,4,4]; a : i64[1] = {1}; y = LRN(x, a) alpha=0.5 beta=0.5 bias=0.0 size=3; return y",
                  "not positive");
}

TEST(LowerNormalization, TakesTheScaleBehindNormalizeL2) {
  ExpectRewrite(MakeLowerNormalization(), R"(x : f32[1,3,4,4]; a : i64[1] = {1}; s : f32[1,3,1,1] = random(1)
      n = NormalizeL2(x, a) eps=1e-10 eps_mode="add"; y = Multiply(n, s); return y)",
                "x : f32[1,3,4,4]; s : f32[3] = random(1); y = ie.Normalize(x, s) across_spatial=0 channel_shared=0 "
                "eps=1e-10; return y");
  ExpectRewrite(MakeLowerNormalization(),
                "x : f32[1,3,4,4]; a : i64[3] = {3,2,1}; n = NormalizeL2(x, a) eps=0.1 eps_mode=\"add\"; return n",
                "x : f32[1,3,4,4]; s : f32[3] = fill(1); n = ie.Normalize(x, s) across_spatial=1 channel_shared=0 "
                "eps=0.1; return n");
  ExpectUnchanged(MakeLowerNormalization(),
                  "x : f32[1,3,4,4]; a : i64[2] = {2,3}; n = NormalizeL2(x, a) eps=0.1 eps_mode=\"add\"; return n",
                  "neither");
  ExpectUnchanged(MakeLowerNormalization(),
                  "x : f32[1,3,4,4]; a : i64[1] = {1}; n = NormalizeL2(x, a) eps=0.1 eps_mode=\"max\"; return n",
                  "lower bound");
}

TEST(LowerNormalization, LeavesAScaleThatIsReadElsewhere) {
  ExpectRewrite(MakeLowerNormalization(), R"(x : f32[1,3,4,4]; a : i64[1] = {1}; s : f32[1,3,1,1] = random(1)
      n = NormalizeL2(x, a) eps=1e-10 eps_mode="add"; y = Multiply(n, s); return y, n)",
                R"(x : f32[1,3,4,4]; s : f32[1,3,1,1] = random(1); o : f32[3] = fill(1)
      n = ie.Normalize(x, o) across_spatial=0 channel_shared=0 eps=1e-10; y = Multiply(n, s); return y, n)");
}

TEST(LowerNormalization, TakesMeanVarianceOverSpatialAxes) {
  ExpectRewrite(MakeLowerNormalization(),
                "x : f32[2,3,4,4]; a : i64[2] = {-1,-2}; y = MVN(x, a) normalize_variance=true eps=1e-3 "
                "eps_mode=\"inside_sqrt\"; return y",
                "x : f32[2,3,4,4]; y = ie.MVN(x) across_channels=0 normalize_variance=1 eps=1e-3; return y");
  ExpectRewrite(MakeLowerNormalization(),
                "x : f32[2,3,4,4]; a : i64[3] = {1,2,3}; y = MVN(x, a) normalize_variance=false eps=1e-3 "
                "eps_mode=\"inside_sqrt\"; return y",
                "x : f32[2,3,4,4]; y = ie.MVN(x) across_channels=1 normalize_variance=0 eps=1e-3; return y");
  ExpectUnchanged(MakeLowerNormalization(),
                  "x : f32[2,3,4,4]; a : i64[2] = {2,3}; y = MVN(x, a) normalize_variance=true eps=1e-3 "
                  "eps_mode=\"outside_sqrt\"; return y",
                  "outside");
  ExpectUnchanged(MakeLowerNormalization(),
                  "x : f32[2,3,4]; a : i64[1] = {-1}; b : i64[1] = {1}; y = MVN(x, b) normalize_variance=true eps=1e-3 "
                  "eps_mode=\"inside_sqrt\"; return y",
                  "neither");
}

TEST(LowerBatchNorm, MakesScaleShift) {
  ExpectRewrite(MakeLowerBatchNorm(),
                R"(x : f32[2,2,3,3]; g : f32[2] = {2,3}; b : f32[2] = {1,-1}; m : f32[2] = {0.5,4}; v : f32[2] = {3,15}
      y = BatchNormInference(x, g, b, m, v) epsilon=1.0; return y)",
                "x : f32[2,2,3,3]; w : f32[2] = {1,0.75}; s : f32[2] = {0.5,-4}; y = ie.ScaleShift(x, w, s); return y");
}

// ---- windows and activations ----

TEST(LowerPooling, TakesBothKinds) {
  ExpectRewrite(
      MakeLowerPooling(3),
      "x : f32[1,2,7,7]; y = MaxPool(x) kernel=[3,2] strides=[2,2] pads_begin=[1,0] pads_end=[0,1] "
      "rounding_type=\"ceil\"; return y",
      R"(x : f32[1,2,7,7]; y = ie.Pooling(x) kernel=[3,2] strides=[2,2] pads_begin=[1,0] pads_end=[0,1] pool-method="max" exclude-pad=false rounding_type="ceil"; return y)");
  ExpectRewrite(
      MakeLowerPooling(3),
      "x : f32[1,2,7]; y = AvgPool(x) kernel=[3] strides=[2] pads_begin=[1] pads_end=[1] exclude-pad=true; return y",
      R"(x : f32[1,2,7]; d = ie.Reshape(x) dim=[1,2,1,7]
      p = ie.Pooling(d) kernel=[1,3] strides=[1,2] pads_begin=[0,1] pads_end=[0,1] pool-method="avg" exclude-pad=true rounding_type="floor"; y = ie.Reshape(p) dim=[1,2,4]; return y)");
  ExpectUnchanged(MakeLowerPooling(3), "x : f64[1,2,7,7]; y = MaxPool(x) kernel=[3,2]; return y", "not f32");
}

TEST(LowerPooling, TakesReductionsOverAllSpatialAxes) {
  ExpectRewrite(
      MakeLowerPooling(3), "x : f32[1,2,5,7]; a : i64[2] = {2,3}; y = ReduceMean(x, a) keep_dims=true; return y",
      R"(x : f32[1,2,5,7]; y = ie.Pooling(x) kernel=[5,7] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] pool-method="avg" exclude-pad=false rounding_type="floor"; return y)");
  ExpectRewrite(
      MakeLowerPooling(3), "x : f32[1,2,5,7]; a : i64[2] = {-1,-2}; y = ReduceMax(x, a) keep_dims=false; return y",
      R"(x : f32[1,2,5,7]; p = ie.Pooling(x) kernel=[5,7] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] pool-method="max" exclude-pad=false rounding_type="floor"
      y = ie.Reshape(p) dim=[1,2]; return y)");
  ExpectUnchanged(MakeLowerPooling(3),
                  "x : f32[1,2,5,7]; a : i64[1] = {2}; y = ReduceMean(x, a) keep_dims=true; return y",
                  "not the spatial axes");
  ExpectUnchanged(MakeLowerPooling(3),
                  "x : f32[1,2,5,7]; a : i64[3] = {1,2,3}; y = ReduceMean(x, a) keep_dims=true; return y",
                  "not the spatial axes");
}

TEST(LowerPooling, SaysEndPaddingInV2ByRounding) {
  // 7 + 0 + 1 - 3 = 5, floor(5 / 2) = 2; without the padding 4 / 2 = 2: the same.
  ExpectRewrite(
      MakeLowerPooling(2), "x : f32[1,2,7,7]; y = MaxPool(x) kernel=[3,3] strides=[2,2] pads_end=[1,1]; return y",
      R"(x : f32[1,2,7,7]; y = ie.Pooling(x) kernel=[3,3] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] pool-method="max" exclude-pad=false rounding_type="floor"; return y)");
  // 8 + 1 - 3 = 6, 6 / 2 = 3; without the padding 5 / 2 rounds up to 3.
  ExpectRewrite(
      MakeLowerPooling(2),
      "x : f32[1,2,8,8]; y = AvgPool(x) kernel=[3,3] strides=[2,2] pads_end=[1,1] exclude-pad=true; return y",
      R"(x : f32[1,2,8,8]; y = ie.Pooling(x) kernel=[3,3] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] pool-method="avg" exclude-pad=true rounding_type="ceil"; return y)");
}

TEST(LowerPooling, MakesCountedPaddingExplicitInV2) {
  ExpectRewrite(
      MakeLowerPooling(2),
      "x : f32[1,2,8,8]; y = AvgPool(x) kernel=[3,3] strides=[2,2] pads_begin=[0,1] pads_end=[1,0] exclude-pad=false; "
      "return y",
      R"(x : f32[1,2,8,8]; p = ie.Pad(x) pads_begin=[0,0,0,1] pads_end=[0,0,1,0] pad_mode="constant" pad_value=0.0
      y = ie.Pooling(p) kernel=[3,3] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] pool-method="avg" exclude-pad=false rounding_type="floor"; return y)");
}

TEST(LowerPooling, LeavesWhatV2CannotSay) {
  ExpectUnchanged(MakeLowerPooling(2),
                  "x : f32[1,2,8,8]; y = MaxPool(x) kernel=[2,2] strides=[1,1] pads_end=[1,1]; return y",
                  "no end padding");
}

TEST(LowerActivations, TakesEveryFunction) {
  const auto expect = [](const std::string& before, const std::string& after) {
    ExpectRewrite(MakeLowerActivations(), "x : f32[2,3,4]; " + before + "; return y",
                  "x : f32[2,3,4]; " + after + "; return y");
  };
  expect("y = ReLU(x)", "y = ie.ReLU(x)");
  expect("y = Sigmoid(x)", "y = ie.Sigmoid(x)");
  expect("y = Tanh(x)", "y = ie.TanH(x)");
  expect("y = Elu(x) alpha=0.5", "y = ie.ELU(x) alpha=0.5");
  expect("y = Clamp(x) min=-0.5 max=0.25", "y = ie.Clamp(x) min=-0.5 max=0.25");
  expect("y = Abs(x)", "y = ie.Activation(x) type=\"abs\"");
  expect("y = SoftPlus(x)", "y = ie.Activation(x) type=\"soft_relu\"");
  expect("y = Negative(x)", "y = ie.Power(x) power=1.0 scale=-1.0 shift=0.0");
  expect("a = ReLU(x); y = Sqrt(a)", "a = ie.ReLU(x); y = ie.Power(a) power=0.5 scale=1.0 shift=0.0");
  expect("y = Softmax(x) axis=-1", "y = ie.SoftMax(x) axis=2");
  expect("s : f32[1] = {0.25}; y = PRelu(x, s)", "y = ie.ReLU(x) negative_slope=0.25");
  expect("s : f32[3] = random(1); y = PRelu(x, s)", "s : f32[3] = random(1); y = ie.PReLU(x, s) channel_shared=0");
  expect("s : f32[1,3,1] = random(1); y = PRelu(x, s)", "s : f32[3] = random(1); y = ie.PReLU(x, s) channel_shared=0");
  expect("a : f32[] = {0.5}; b : f32[] = {0.25}; y = HardSigmoid(x, a, b)",
         "l = ie.Power(x) power=1.0 scale=0.5 shift=0.25; y = ie.Clamp(l) min=0.0 max=1.0");
}

TEST(LowerActivations, LeavesOthers) {
  ExpectUnchanged(MakeLowerActivations(), "x : f32[2,3,4]; y = Exp(x); return y");
  ExpectUnchanged(MakeLowerActivations(), "x : f64[2,3,4]; y = ReLU(x); return y", "not f32");
  ExpectUnchanged(MakeLowerActivations(), "x : f32[2,3,4]; s : f32[2,3,4] = random(1); y = PRelu(x, s); return y",
                  "not one per channel");
  ExpectUnchanged(MakeLowerActivations(), "x : f32[2,3,4]; s : f32[3]; y = PRelu(x, s); return y", "no constant");
}

// ---- element-wise ----

TEST(LowerAffine, TakesOneNumber) {
  const auto expect = [](const std::string& before, const std::string& after) {
    ExpectRewrite(MakeLowerAffine(), "x : f32[2,3]; c : f32[] = {0.25}; d : f32[1] = {3}; " + before + "; return y",
                  "x : f32[2,3]; " + after + "; return y");
  };
  expect("e = Multiply(x, c); y = Add(e, d)", "y = ie.Power(x) power=1.0 scale=0.25 shift=3.0");
  expect("e = Add(x, c); y = Multiply(e, d)",
         "e = ie.Power(x) power=1.0 scale=1.0 shift=0.25; y = ie.Power(e) power=1.0 scale=3.0 shift=0.0");
  expect("e = Subtract(c, x); y = Add(d, e)",
         "e = ie.Power(x) power=1.0 scale=-1.0 shift=0.25; y = ie.Power(e) power=1.0 scale=1.0 shift=3.0");
  expect("e = Divide(x, c); y = Subtract(e, d)", "y = ie.Power(x) power=1.0 scale=4.0 shift=-3.0");
  expect("e = Power(x, d); y = Multiply(c, e)",
         "e = ie.Power(x) power=3.0 scale=1.0 shift=0.0; y = ie.Power(e) power=1.0 scale=0.25 shift=0.0");
}

TEST(LowerAffine, TakesOneNumberPerChannel) {
  ExpectRewrite(MakeLowerAffine(),
                "x : f32[2,3,4]; s : f32[1,3,1] = random(1); t : f32[3,1] = random(2); m = Multiply(x, s); y = Add(m, "
                "t); return y",
                "x : f32[2,3,4]; s : f32[3] = random(1); t : f32[3] = random(2); y = ie.ScaleShift(x, s, t); return y");
  ExpectRewrite(MakeLowerAffine(), "x : f32[2,3]; t : f32[3] = random(2); y = Add(x, t); return y",
                "x : f32[2,3]; s : f32[3] = fill(1); t : f32[3] = random(2); y = ie.ScaleShift(x, s, t); return y");
  ExpectRewrite(
      MakeLowerAffine(),
      "x : f32[2,3,4]; s : f32[3,1] = random(1); t : f32[] = {2}; m = Multiply(x, s); y = Add(m, t); return y",
      "x : f32[2,3,4]; s : f32[3] = random(1); t : f32[3] = fill(2); y = ie.ScaleShift(x, s, t); return y");
}

TEST(LowerAffine, DoesNotJoinWhatIsReadElsewhere) {
  ExpectRewrite(MakeLowerAffine(), "x : f32[2,3]; c : f32[] = {0.25}; m = Multiply(x, c); y = Add(m, c); return y, m",
                "x : f32[2,3]; m = ie.Power(x) power=1.0 scale=0.25 shift=0.0; y = ie.Power(m) power=1.0 scale=1.0 "
                "shift=0.25; return y, m");
}

TEST(LowerAffine, LeavesOthers) {
  ExpectUnchanged(MakeLowerAffine(), "x : f32[2,3,4]; s : f32[4] = random(1); y = Multiply(x, s); return y",
                  "neither one number nor one per channel");
  ExpectUnchanged(MakeLowerAffine(), "x : f32[1,3]; s : f32[2,3] = random(1); y = Multiply(x, s); return y",
                  "changes the shape");
  ExpectUnchanged(MakeLowerAffine(), "x : f32[2,3]; s : f32[] = {2}; y = Divide(s, x); return y", "divisor");
  ExpectUnchanged(MakeLowerAffine(), "x : i64[2,3]; s : i64[] = {2}; y = Multiply(x, s); return y", "not f32");
  ExpectUnchanged(MakeLowerAffine(), "x : f32[2,3]; z : f32[2,3]; y = Multiply(x, z); return y");
  ExpectUnchanged(MakeLowerAffine(), "x : f32[2,3]; z : f32[2,3]; y = Power(x, z); return y",
                  "not one constant number");
}

TEST(LowerElementwise, TakesEqualShapes) {
  const auto expect = [](const std::string& before, const std::string& after) {
    ExpectRewrite(MakeLowerElementwise(), "x : f32[2,3]; z : f32[2,3]; " + before + "; return y",
                  "x : f32[2,3]; z : f32[2,3]; " + after + "; return y");
  };
  expect("y = Add(x, z)", "y = ie.Eltwise(x, z) operation=\"sum\"");
  expect("y = Multiply(x, z)", "y = ie.Eltwise(x, z) operation=\"mul\"");
  expect("y = Maximum(x, z)", "y = ie.Eltwise(x, z) operation=\"max\"");
  expect("y = Subtract(x, z)",
         "n = ie.Power(z) power=1.0 scale=-1.0 shift=0.0; y = ie.Eltwise(x, n) operation=\"sum\"");
  expect("y = Minimum(x, z)",
         R"(a = ie.Power(x) power=1.0 scale=-1.0 shift=0.0; b = ie.Power(z) power=1.0 scale=-1.0 shift=0.0
      m = ie.Eltwise(a, b) operation="max"; y = ie.Power(m) power=1.0 scale=-1.0 shift=0.0)");
  expect(
      "y = SquaredDifference(x, z)",
      R"(n = ie.Power(z) power=1.0 scale=-1.0 shift=0.0; d = ie.Eltwise(x, n) operation="sum"; y = ie.Activation(d) type="square")");
}

TEST(LowerElementwise, TakesOneValueTwice) {
  ExpectRewrite(MakeLowerElementwise(), "x : f32[2,3]; y = Add(x, x); return y",
                "x : f32[2,3]; y = ie.Power(x) power=1.0 scale=2.0 shift=0.0; return y");
  ExpectRewrite(MakeLowerElementwise(), "x : f32[2,3]; y = Multiply(x, x); return y",
                "x : f32[2,3]; y = ie.Activation(x) type=\"square\"; return y");
}

TEST(LowerElementwise, BroadcastsByTiles) {
  ExpectRewrite(MakeLowerElementwise(), "x : f32[2,3,4,5]; z : f32[2,3,1,1]; y = Multiply(x, z); return y",
                "x : f32[2,3,4,5]; z : f32[2,3,1,1]; a = ie.Tile(z) axis=3 tiles=5; b = ie.Tile(a) axis=2 tiles=4; y = "
                "ie.Eltwise(x, b) operation=\"mul\"; return y");
  ExpectRewrite(
      MakeLowerElementwise(), "x : f32[2,1,4]; z : f32[3,1]; y = Add(x, z); return y",
      R"(x : f32[2,1,4]; z : f32[3,1]; xa = ie.Reshape(x) dim=[1,2,1,4]; xb = ie.Tile(xa) axis=2 tiles=3; xc = ie.Reshape(xb) dim=[2,3,4]
      za = ie.Reshape(z) dim=[1,1,3,1]; zb = ie.Tile(za) axis=3 tiles=4; zc = ie.Tile(zb) axis=1 tiles=2; zd = ie.Reshape(zc) dim=[2,3,4]; y = ie.Eltwise(xc, zd) operation="sum"; return y)");
}

TEST(LowerElementwise, WritesConstantsOut) {
  ExpectRewrite(MakeLowerElementwise(), "x : f32[2,3]; c : f32[2,1] = {1,2}; y = Add(x, c); return y",
                "x : f32[2,3]; c : f32[2,3] = {1,1,1,2,2,2}; y = ie.Eltwise(x, c) operation=\"sum\"; return y");
}

TEST(LowerElementwise, LeavesOthers) {
  ExpectUnchanged(MakeLowerElementwise(), "x : f32[2,3]; z : f32[2,3]; y = Divide(x, z); return y");
  ExpectUnchanged(MakeLowerElementwise(), "x : i32[2,3]; z : i32[2,3]; y = Add(x, z); return y", "not f32");
  ExpectUnchanged(MakeLowerElementwise(), "x : f32[]; z : f32[]; y = Add(x, z); return y", "no axes");
}

// ---- data movement ----

TEST(LowerGather, ReadsFloatIndices) {
  ExpectRewrite(MakeLowerGather(), R"(x : f32[2,3]; t : f32[5,4] = random(1); a : i64[] = {0}
      i = Convert(x) destination_type="i32"; c = Clamp(i) min=0.0 max=4.0; y = Gather(t, c, a); return y)",
                "x : f32[2,3]; t : f32[5,4] = random(1); y = ie.Gather(t, x) axis=0; return y",
                {.inputs = {{"x", RandomTensor(ElementType::kF32, Shape{2, 3}, 1, -3, 9)}}});
  ExpectRewrite(MakeLowerGather(), "t : f32[5,4]; i : i64[2] = {3,1}; a : i64[] = {-1}; y = Gather(t, i, a); return y",
                "t : f32[5,4]; i : f32[2] = {3,1}; y = ie.Gather(t, i) axis=1; return y");
}

TEST(LowerGather, LeavesOthers) {
  ExpectUnchanged(MakeLowerGather(),
                  "x : i64[2,3]; t : f32[5,4] = random(1); a : i64[] = {0}; y = Gather(t, x, a); return y",
                  "not clamped");
  ExpectUnchanged(MakeLowerGather(),
                  "x : i64[2,3]; t : f32[5,4] = random(1); a : i64[] = {0}; c = Clamp(x) min=0.0 max=4.0; y = "
                  "Gather(t, c, a); return y",
                  "no f32 numbers");
  ExpectUnchanged(MakeLowerGather(), R"(x : f32[2,3]; t : f32[5,4] = random(1); a : i64[] = {0}
      i = Convert(x) destination_type="i32"; c = Clamp(i) min=0.0 max=3.0; y = Gather(t, c, a); return y)",
                  "not clamped");
  ExpectUnchanged(MakeLowerGather(), R"(x : f32[2,3]; t : f64[5,4] = random(1); a : i64[] = {0}
      i = Convert(x) destination_type="i32"; c = Clamp(i) min=0.0 max=4.0; y = Gather(t, c, a); return y)",
                  "not f32");
}

TEST(LowerConcat, NormalizesTheAxis) {
  ExpectRewrite(MakeLowerConcat(), "x : f32[2,3]; z : f32[2,1]; y = Concat(x, z) axis=-1; return y",
                "x : f32[2,3]; z : f32[2,1]; y = ie.Concat(x, z) axis=1; return y");
  ExpectUnchanged(MakeLowerConcat(), "x : i64[2,3]; z : i64[2,1]; y = Concat(x, z) axis=-1; return y", "not f32");
}

TEST(LowerSplit, TakesBothKinds) {
  ExpectRewrite(MakeLowerSplit(),
                "x : f32[2,6]; a : i64[] = {-1}; s = Split(x, a) num_splits=2; y = ReLU(s.1); return y",
                "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; y = ReLU(s.1); return y");
  ExpectRewrite(
      MakeLowerSplit(),
      "x : f32[2,6]; a : i64[] = {1}; l : i64[2] = {-1,4}; s = VariadicSplit(x, a, l); y = ReLU(s.0); return y",
      "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[2,4]; y = ReLU(s.0); return y");
  ExpectUnchanged(MakeLowerSplit(), "x : i64[2,6]; a : i64[] = {1}; s = Split(x, a) num_splits=2; return s.0",
                  "not f32");
}

TEST(LowerSlice, MakesCrop) {
  ExpectRewrite(MakeLowerSlice(),
                "x : f32[1,4,6,6]; b : i64[2] = {-3,1}; e : i64[2] = {100,-1}; s : i64[2] = {1,1}; a : i64[2] = "
                "{1,-1}; y = Slice(x, b, e, s, a); return y",
                "x : f32[1,4,6,6]; y = ie.Crop(x) axis=[1,3] offset=[1,1] dim=[3,4]; return y");
  ExpectRewrite(MakeLowerSlice(),
                "x : f32[4,6]; b : i64[1] = {2}; e : i64[1] = {3}; s : i64[1] = {1}; y = Slice(x, b, e, s); return y",
                "x : f32[4,6]; d = ie.Reshape(x) dim=[1,1,4,6]; c = ie.Crop(d) axis=[2] offset=[2] dim=[1]; y = "
                "ie.Reshape(c) dim=[1,6]; return y");
  ExpectUnchanged(MakeLowerSlice(),
                  "x : f32[4,6]; b : i64[1] = {0}; e : i64[1] = {4}; s : i64[1] = {2}; y = Slice(x, b, e, s); return y",
                  "steps");
  ExpectUnchanged(MakeLowerSlice(),
                  "x : i64[4,6]; b : i64[1] = {0}; e : i64[1] = {2}; s : i64[1] = {1}; y = Slice(x, b, e, s); return y",
                  "not f32");
}

TEST(LowerTranspose, MakesPermute) {
  ExpectRewrite(MakeLowerTranspose(), "x : f32[1,2,3,4]; o : i64[4] = {0,2,3,1}; y = Transpose(x, o); return y",
                "x : f32[1,2,3,4]; y = ie.Permute(x) order=[0,2,3,1]; return y");
  ExpectUnchanged(MakeLowerTranspose(), "x : i64[2,3]; o : i64[2] = {1,0}; y = Transpose(x, o); return y", "not f32");
}

TEST(LowerReshape, KeepsPatterns) {
  const auto expect = [](const std::string& before, const std::string& after) {
    ExpectRewrite(MakeLowerReshape(), "x : f32[2,3,4,1]; " + before + "; return y",
                  "x : f32[2,3,4,1]; " + after + "; return y");
  };
  expect("p : i64[3] = {0,-1,2}; y = Reshape(x, p) special_zero=true", "y = ie.Reshape(x) dim=[0,-1,2]");
  expect("p : i64[2] = {0,-1}; y = Reshape(x, p) special_zero=true", "y = ie.Flatten(x) axis=1 end_axis=-1");
  expect("p : i64[2] = {2,-1}; y = Reshape(x, p)", "y = ie.Reshape(x) dim=[2,-1]");
  expect("a : i64[1] = {-1}; y = Squeeze(x, a)", "y = ie.Reshape(x) dim=[0,3,4]");
  expect("a : i64[1] = {0}; y = Unsqueeze(x, a)", "y = ie.Reshape(x) dim=[1,2,3,4,1]");
  ExpectUnchanged(MakeLowerReshape(), "x : i64[2,3]; p : i64[1] = {6}; y = Reshape(x, p); return y", "not f32");
}

TEST(LowerTile, MakesOneLayerPerAxis) {
  ExpectRewrite(MakeLowerTile(), "x : f32[1,2,1,3]; r : i64[4] = {1,2,4,1}; y = Tile(x, r); return y",
                "x : f32[1,2,1,3]; a = ie.Tile(x) axis=2 tiles=4; y = ie.Tile(a) axis=1 tiles=2; return y");
  ExpectRewrite(MakeLowerTile(), "x : f32[3]; r : i64[2] = {2,2}; y = Tile(x, r); return y",
                "x : f32[3]; s = ie.Reshape(x) dim=[1,3]; a = ie.Tile(s) axis=1 tiles=2; y = ie.Tile(a) axis=0 "
                "tiles=2; return y");
  ExpectRewrite(MakeLowerTile(), "x : f32[2,1]; t : i64[2] = {2,3}; y = Broadcast(x, t) mode=\"numpy\"; return y",
                "x : f32[2,1]; y = ie.Tile(x) axis=1 tiles=3; return y");
  ExpectUnchanged(MakeLowerTile(), "x : i64[2]; r : i64[1] = {2}; y = Tile(x, r); return y", "not f32");
}

TEST(LowerPad, TakesEveryMode) {
  ExpectRewrite(MakeLowerPad(),
                "x : f32[1,2,3,3]; b : i64[4] = {0,0,1,0}; e : i64[4] = {0,0,0,2}; v : f32[] = {0.5}; y = Pad(x, b, e, "
                "v) pad_mode=\"constant\"; return y",
                "x : f32[1,2,3,3]; y = ie.Pad(x) pads_begin=[0,0,1,0] pads_end=[0,0,0,2] pad_mode=\"constant\" "
                "pad_value=0.5; return y");
  ExpectRewrite(MakeLowerPad(),
                "x : f32[1,2,3,3]; b : i64[4] = {0,0,1,0}; e : i64[4] = {0,0,0,2}; y = Pad(x, b, e) "
                "pad_mode=\"reflect\"; return y",
                "x : f32[1,2,3,3]; y = ie.Pad(x) pads_begin=[0,0,1,0] pads_end=[0,0,0,2] pad_mode=\"reflect\" "
                "pad_value=0.0; return y");
  ExpectUnchanged(MakeLowerPad(),
                  "x : f32[3,3]; b : i64[2] = {0,1}; e : i64[2] = {0,1}; v : f32[]; y = Pad(x, b, e, v) "
                  "pad_mode=\"constant\"; return y",
                  "not one constant number");
}

TEST(LowerInterpolate, TakesNearestAndAlignedCorners) {
  ExpectRewrite(
      MakeLowerInterpolate(), R"(x : f32[1,2,3,4]; s : i64[2] = {6,8}; f : f32[2] = {2,2}; a : i64[2] = {2,3}
      y = Interpolate(x, s, f, a) mode="nearest" shape_calculation_mode="scales" coordinate_transformation_mode="asymmetric" nearest_mode="floor"; return y)",
      "x : f32[1,2,3,4]; y = ie.Resample(x) factor=2.0 type=\"caffe.ResampleParameter.NEAREST\" antialias=0; return y");
  ExpectRewrite(
      MakeLowerInterpolate(), R"(x : f32[1,2,3,4]; s : i64[2] = {9,12}; f : f32[2] = {3,3}; a : i64[2] = {2,3}
      y = Interpolate(x, s, f, a) mode="nearest" shape_calculation_mode="sizes" coordinate_transformation_mode="half_pixel" nearest_mode="round_prefer_floor"; return y)",
      "x : f32[1,2,3,4]; y = ie.Resample(x) factor=3.0 type=\"caffe.ResampleParameter.NEAREST\" antialias=0; return y");
  ExpectRewrite(MakeLowerInterpolate(), R"(x : f32[1,2,3,4]; s : i64[2] = {5,7}; f : f32[2] = {1,1}; a : i64[2] = {2,3}
      y = Interpolate(x, s, f, a) mode="linear_onnx" shape_calculation_mode="sizes" coordinate_transformation_mode="align_corners"; return y)",
                "x : f32[1,2,3,4]; y = ie.Interp(x) height=5 width=7 pad_beg=0 pad_end=0; return y");
}

TEST(LowerInterpolate, LeavesOthers) {
  const auto unchanged = [](const char* sizes, const char* attributes, const char* reason) {
    ExpectUnchanged(
        MakeLowerInterpolate(),
        std::string("x : f32[1,2,4,4]; s : i64[2] = ") + sizes +
            "; f : f32[2] = {1,1}; a : i64[2] = {2,3}; y = Interpolate(x, s, f, a) shape_calculation_mode=\"sizes\" " +
            attributes + "; return y",
        reason);
  };
  unchanged("{6,6}", "mode=\"nearest\" coordinate_transformation_mode=\"asymmetric\" nearest_mode=\"floor\"",
            "whole factor");
  unchanged("{8,12}", "mode=\"nearest\" coordinate_transformation_mode=\"asymmetric\" nearest_mode=\"floor\"",
            "whole factor");
  unchanged("{8,8}", "mode=\"nearest\" coordinate_transformation_mode=\"asymmetric\" nearest_mode=\"ceil\"",
            "does not repeat");
  unchanged("{8,8}", "mode=\"linear_onnx\" coordinate_transformation_mode=\"half_pixel\"", "has no layer");
}

// ---- the engine's limits ----

TEST(BreakPReLUChains, PutsAnIdentityBehindTheReLU) {
  const std::string head =
      R"(x : f32[1,2,4,4]; w : f32[3,2,1,1] = random(1); s : f32[3] = random(2); t : f32[3] = random(3); p : f32[3] = random(4)
      c = ie.Convolution(x, w) kernel=[1,1] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=3; )";
  ExpectRewrite(MakeBreakPReLUChains(),
                head + "r = ie.ReLU(c); a = ie.ScaleShift(r, s, t); y = ie.PReLU(a, p) channel_shared=0; return y",
                head +
                    "r = ie.ReLU(c); i = ie.Power(r) power=1.0 scale=1.0 shift=0.0; a = ie.ScaleShift(i, s, t); y = "
                    "ie.PReLU(a, p) channel_shared=0; return y");
  ExpectUnchanged(
      MakeBreakPReLUChains(),
      head + "r = ie.ReLU(c); a = ie.ScaleShift(r, s, t); y = ie.PReLU(a, p) channel_shared=0; return y, r");
  ExpectUnchanged(
      MakeBreakPReLUChains(),
      head + "r = ie.Sigmoid(c); a = ie.ScaleShift(r, s, t); y = ie.PReLU(a, p) channel_shared=0; return y");
}

TEST(AvoidSharedSplitOutputs, PutsAnIdentityBetween) {
  ExpectRewrite(
      MakeAvoidSharedSplitOutputs(),
      "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; a = ie.ReLU(s.1); b = ie.TanH(s.1); c = ie.ReLU(s.0); "
      "return a, b, c",
      R"(x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; i = ie.Power(s.1) power=1.0 scale=1.0 shift=0.0; a = ie.ReLU(i); b = ie.TanH(i); c = ie.ReLU(s.0); return a, b, c)");
  ExpectUnchanged(
      MakeAvoidSharedSplitOutputs(),
      "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; a = ie.ReLU(s.1); c = ie.ReLU(s.0); return a, c");
}

TEST(NameOutputLayers, RenamesTheLayer) {
  ExpectRewrite(MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; a = ie.ReLU(x); return a as \"softmax\"",
                "x : f32[2]; softmax = ie.ReLU(x); return softmax");
  ExpectUnchanged(MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; a = ie.ReLU(x); return a");
}

TEST(NameOutputLayers, TakesTheNameFromAnotherLayer) {
  ExpectRewrite(MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; y = ie.ReLU(x); a = ie.TanH(y); return a as \"y\"",
                "x : f32[2]; b = ie.ReLU(x); y = ie.TanH(b); return y");
}

TEST(NameOutputLayers, PutsAnIdentityWhereTheValueIsNotTheOutputsAlone) {
  ExpectRewrite(
      MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; a = ie.ReLU(x); b = ie.TanH(a); return a, b",
      "x : f32[2]; c = ie.ReLU(x); b = ie.TanH(c); a = ie.Power(c) power=1.0 scale=1.0 shift=0.0; return a, b");
  ExpectRewrite(MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; return x as \"y\"",
                "x : f32[2]; y = ie.Power(x) power=1.0 scale=1.0 shift=0.0; return y");
  ExpectRewrite(
      MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; c : f32[2] = random(1); a = ie.ReLU(x); return a, c",
      "x : f32[2]; d : f32[2] = random(1); a = ie.ReLU(x); c = ie.Power(d) power=1.0 scale=1.0 shift=0.0; return a, c");
  ExpectRewrite(
      MakeNameOutputLayers(OutputIdentity::kLayer),
      "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; return s.0 as \"s\", s.1 as \"s.1\"",
      R"(x : f32[2,6]; t = ie.Split(x) axis=1 out_sizes=[3,3]; s = ie.Power(t.0) power=1.0 scale=1.0 shift=0.0; "s.1" = ie.Power(t.1) power=1.0 scale=1.0 shift=0.0; return s, "s.1")");
  ExpectRewrite(MakeNameOutputLayers(OutputIdentity::kLayer), "x : f32[2]; a = ie.ReLU(x); return a as \"p\", a as \"q\"",
                "x : f32[2]; a = ie.ReLU(x); p = ie.Power(a) power=1.0 scale=1.0 shift=0.0; q = ie.Power(a) power=1.0 "
                "scale=1.0 shift=0.0; return p, q");
  ExpectRewrite(MakeNameOutputLayers(OutputIdentity::kLayer), "x : i64[2]; z : i64[2]; a = Add(x, z); b = Multiply(a, x); return a, b",
                "x : i64[2]; z : i64[2]; c = Add(x, z); b = Multiply(c, x); a = ie.Copy(c); return a, b");
}

TEST(NameOutputLayers, RenamesTheSecondOfTwoEqualNames) {
  const auto graph = graph::ParseGraph("x : f32[2]; a = ie.ReLU(x); b = ie.TanH(x); return a as \"y\", b as \"y\"");
  graph::PassReport report;
  MakeNameOutputLayers(OutputIdentity::kLayer)->Run(*graph, report);
  EXPECT_EQ(graph->Outputs()[0].name, "y");
  EXPECT_EQ(graph->Outputs()[1].name, "y_2");
  EXPECT_EQ(graph->Outputs()[1].value.node->Name(), "y_2");
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_NE(report.notes[0].find("two outputs are named \"y\""), std::string::npos);
}

TEST(NameOutputLayers, GivesWayToAnInput) {
  const auto graph = graph::ParseGraph("x : f32[2]; a = ie.ReLU(x); return a as \"x\"");
  graph::PassReport report;
  MakeNameOutputLayers(OutputIdentity::kLayer)->Run(*graph, report);
  EXPECT_EQ(graph->Parameters()[0]->Name(), "x");
  EXPECT_EQ(graph->Outputs()[0].name, "x/output");
  EXPECT_EQ(graph->Outputs()[0].value.node->Name(), "x/output");
}

// The boxes themselves are compared with MXNet in tests/end_to_end/detection_output_test.cpp.
TEST(LowerDetection, WritesAnOutputInTheLayersLayout) {
  const auto lower = [](const std::string& attributes, const std::string& end, const char* classes = "3") {
    const auto graph = graph::ParseGraph(
        graph::StrCat("p : f32[2,", classes, ",5]; l : f32[2,20]; a : f32[1,5,4]; d = MultiBoxDetection(p, l, a) ",
                      attributes, "; ", end));
    graph::PassReport report;
    MakeLowerDetection()->Run(*graph, report);
    EXPECT_TRUE(report.notes.empty());
    return graph->Outputs().back().value.Shape();
  };
  EXPECT_EQ(lower("", "return d"), graph::Shape({1, 1, 10, 7}));
  // A cut between equal scores goes by class in the layer; with one class there is nothing to choose, nor without a
  // cut.
  EXPECT_EQ(lower("nms_topk=3", "return d", "2"), graph::Shape({1, 1, 6, 7}));
  EXPECT_EQ(lower("nms_topk=5", "return d"), graph::Shape({1, 1, 10, 7}));
  EXPECT_EQ(lower("nms_topk=9", "return d"), graph::Shape({1, 1, 10, 7}));
  for (const auto& [attributes, end, reason] : std::vector<std::array<std::string, 3>>{
           {"force_suppress=true", "return d", "force_suppress"},
           {"nms_topk=4", "return d", "got nms_topk 4 of 5 anchors with several classes"},
           {"nms_threshold=0.0", "return d", "nms_threshold"},
           {"nms_threshold=1.5", "return d", "nms_threshold"},
           {"", "y = Exp(d); return y", "other nodes read"},
           {"", "y = Exp(d); return y, d", "other nodes read"},
       }) {
    try {
      lower(attributes, end);
      ADD_FAILURE() << attributes << " " << end;
    } catch (const graph::Error& error) {
      EXPECT_EQ(error.Kind(), graph::ErrorKind::kUnsupported);
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    }
  }
}

TEST(FoldShapeConstants, FoldsWhatDependsOnShapesOnly) {
  ExpectRewrite(MakeFoldShapeConstants(), "x : f32[2,3]; s = ShapeOf(x); z : i64[2]; y = Add(s, z); return y, x",
                "x : f32[2,3]; s : i64[2] = {2,3}; z : i64[2]; y = Add(s, z); return y, x");
  ExpectRewrite(MakeFoldShapeConstants(),
                "x : f32[1,2,1,2]; m = MultiBoxPrior(x) sizes=[0.5] ratios=[1.0]; y = Exp(m); return y, x",
                "x : f32[1,2,1,2]; y : f32[1,2,4] = any; return y, x");
  ExpectUnchanged(MakeFoldShapeConstants(), "x : f32[2,3]; y = Exp(x); return y");
}

}  // namespace
}  // namespace moir::test

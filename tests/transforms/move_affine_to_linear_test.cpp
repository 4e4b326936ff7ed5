#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "tests/transforms/used_constants.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectUnchanged;

void ExpectRewrite(std::unique_ptr<Pass> pass, const std::string& before, const std::string& after,
                   const test::RewriteOptions& options = {}) {
  test::ExpectRewrite(std::move(pass), test::WithUsedConstants(before), test::WithUsedConstants(after), options);
}

const std::string kHead =
    "x : f32[1,2,6,6]; w : f32[2,2,3,3] = random(1); b : f32[1,2,1,1] = random(2); s : f32[1,2,1,1] = {2, 3}; t : "
    "f32[1,2,1,1] = {-5, 7}; c = Convolution(x, w); ";

TEST(MoveAffineToLinear, PassesActivations) {
  ExpectRewrite(MakeMoveAffineToLinear(), kHead + "r = ReLU(c); m = Multiply(r, s); y = Sigmoid(m); return y",
                kHead + "m = Multiply(c, s); r = ReLU(m); y = Sigmoid(r); return y");
  ExpectRewrite(MakeMoveAffineToLinear(),
                kHead + "a : f32[2] = {0.1, -0.3}; r = PRelu(c, a); y = Multiply(r, s); return y",
                kHead + "a : f32[2] = {0.1, -0.3}; m = Multiply(c, s); y = PRelu(m, a); return y");
}
TEST(MoveAffineToLinear, PassesPoolingAndABias) {
  ExpectRewrite(MakeMoveAffineToLinear(),
                kHead +
                    "d = Add(c, b); r = ReLU(d); p = MaxPool(r) kernel=[2,2] strides=[2,2]; m = Multiply(p, s); y = "
                    "Tanh(m); return y",
                kHead +
                    "d = Add(c, b); m = Multiply(d, s); r = ReLU(m); p = MaxPool(r) kernel=[2,2] strides=[2,2]; y = "
                    "Tanh(p); return y");
}
TEST(MoveAffineToLinear, MovesAScaleAndItsShift) {
  ExpectRewrite(MakeMoveAffineToLinear(),
                kHead + "p = MaxPool(c) kernel=[2,2] strides=[2,2]; m = Multiply(p, s); y = Add(m, t); return y",
                kHead + "m = Multiply(c, s); a = Add(m, t); y = MaxPool(a) kernel=[2,2] strides=[2,2]; return y");
}
TEST(MoveAffineToLinear, PassesShiftsThroughPooling) {
  ExpectRewrite(
      MakeMoveAffineToLinear(),
      kHead + "p = MaxPool(c) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; y = Add(p, t); return y",
      kHead + "m = Add(c, t); y = MaxPool(m) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; return y");
  ExpectRewrite(MakeMoveAffineToLinear(),
                kHead +
                    "p = AvgPool(c) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] exclude-pad=true; y = "
                    "Subtract(p, t); return y",
                kHead +
                    "m = Subtract(c, t); y = AvgPool(m) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] "
                    "exclude-pad=true; return y");
  ExpectRewrite(MakeMoveAffineToLinear(),
                kHead + "p = AvgPool(c) kernel=[2,2] strides=[1,1] exclude-pad=false; y = Add(p, t); return y",
                kHead + "m = Add(c, t); y = AvgPool(m) kernel=[2,2] strides=[1,1] exclude-pad=false; return y");
}
TEST(MoveAffineToLinear, PassesAnyScaleThroughAnAverage) {
  ExpectRewrite(MakeMoveAffineToLinear(),
                kHead +
                    "p = AvgPool(c) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] exclude-pad=false; y = "
                    "Multiply(p, t); return y",
                kHead +
                    "m = Multiply(c, t); y = AvgPool(m) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] "
                    "exclude-pad=false; return y");
}
TEST(MoveAffineToLinear, KeepsAShiftBehindAnActivation) {
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "r = ReLU(c); y = Add(r, t); return y",
                  "a shift does not pass a ReLU");
}
TEST(MoveAffineToLinear, KeepsAShiftBehindAnAverageOverPadding) {
  ExpectUnchanged(MakeMoveAffineToLinear(),
                  kHead +
                      "p = AvgPool(c) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] exclude-pad=false; y "
                      "= Add(p, t); return y",
                  "average over padding");
}
TEST(MoveAffineToLinear, KeepsAShiftBehindWindowsOfPaddingOnly) {
  ExpectUnchanged(MakeMoveAffineToLinear(),
                  kHead +
                      "p = AvgPool(c) kernel=[2,2] strides=[2,2] pads_begin=[0,0] pads_end=[2,2] exclude-pad=true; y = "
                      "Add(p, t); return y",
                  "windows of padding only");
  ExpectUnchanged(MakeMoveAffineToLinear(),
                  kHead +
                      "p = AvgPool(c) kernel=[1,1] strides=[1,1] pads_begin=[1,1] pads_end=[0,0] exclude-pad=true; y = "
                      "Add(p, t); return y",
                  "windows of padding only");
  ExpectUnchanged(
      MakeMoveAffineToLinear(),
      kHead + "p = MaxPool(c) kernel=[2,2] strides=[2,2] pads_begin=[2,0] pads_end=[0,0]; y = Add(p, t); return y",
      "windows of padding only");
  ExpectUnchanged(
      MakeMoveAffineToLinear(),
      kHead +
          "p = AvgPool(c) kernel=[3,3] strides=[1,1] auto_pad=\"same_upper\" exclude-pad=true; y = Add(p, t); return y",
      "windows of padding only");
}
TEST(MoveAffineToLinear, KeepsANegativeOrZeroScale) {
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "r = ReLU(c); y = Multiply(r, t); return y",
                  "not above zero does not pass a ReLU");
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "z : f32[] = {0}; r = ReLU(c); y = Multiply(r, z); return y",
                  "not above zero");
  ExpectUnchanged(MakeMoveAffineToLinear(),
                  kHead + "r = MaxPool(c) kernel=[2,2] strides=[2,2]; y = Multiply(r, t); return y",
                  "not above zero does not pass a MaxPool");
}
TEST(MoveAffineToLinear, KeepsOtherOperators) {
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "r = Sigmoid(c); y = Multiply(r, s); return y",
                  "a Sigmoid stands between");
  ExpectUnchanged(MakeMoveAffineToLinear(), "x : f32[1,2]; s : f32[] = {2}; r = ReLU(x); y = Multiply(r, s); return y",
                  "");
}
TEST(MoveAffineToLinear, KeepsValuesThatSomethingElseReads) {
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "r = ReLU(c); y = Multiply(r, s); return y, r",
                  "\"r\" has other readers");
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "d = Add(c, b); r = ReLU(d); y = Multiply(r, s); return y, c",
                  "\"c\" has other readers");
  ExpectUnchanged(MakeMoveAffineToLinear(), kHead + "r = ReLU(c); y = Multiply(r, s); return y, c",
                  "\"c\" has other readers");
}
TEST(MoveAffineToLinear, KeepsAScaleAlongAnotherAxis) {
  ExpectUnchanged(
      MakeMoveAffineToLinear(),
      kHead + "u : f32[2,1] = {1, 2}; p = MaxPool(c) kernel=[2,2] strides=[2,2]; y = Multiply(p, u); return y",
      "along the channels only");
}
TEST(MoveAffineToLinear, KeepsWhatTheUserNamed) {
  for (const char* name : {"c", "r", "y"})
    ExpectUnchanged(MakeMoveAffineToLinear(FusingFilter({name})), kHead + "r = ReLU(c); y = Multiply(r, s); return y",
                    "kept by finegrain fusing");
}

}  // namespace
}  // namespace moir::transforms

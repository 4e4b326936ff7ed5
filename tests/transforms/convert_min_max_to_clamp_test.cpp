#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(ConvertMinMaxToClamp, MaximumOfZeroIsReLU) {
  ExpectRewrite(MakeConvertMinMaxToClamp(), "x : f32[2,3]; z : f32[] = {0}; y = Maximum(x, z); return y",
                "x : f32[2,3]; y = ReLU(x); return y");
}
TEST(ConvertMinMaxToClamp, MinimumOfMaximumIsClamp) {
  ExpectRewrite(MakeConvertMinMaxToClamp(),
                "x : f32[20]; a : f32[] = {-0.25}; b : f32[1] = {0.5}; p = Maximum(x, a); y = Minimum(p, b); return y",
                "x : f32[20]; y = Clamp(x) min=-0.25 max=0.5; return y");
  ExpectRewrite(MakeConvertMinMaxToClamp(),
                "x : f32[20]; a : f32[] = {-0.25}; b : f32[1] = {0.5}; p = Minimum(b, x); y = Maximum(p, a); return y",
                "x : f32[20]; y = Clamp(x) min=-0.25 max=0.5; return y");
}
TEST(ConvertMinMaxToClamp, MinimumOfReLUIsClamp) {
  ExpectRewrite(MakeConvertMinMaxToClamp(), "x : f32[20]; b : f32[] = {0.5}; p = ReLU(x); y = Minimum(p, b); return y",
                "x : f32[20]; y = Clamp(x) min=0.0 max=0.5; return y");
  ExpectRewrite(MakeConvertMinMaxToClamp(),
                "x : f32[20]; z : f32[] = {0}; b : f32[] = {0.5}; p = Maximum(x, z); y = Minimum(p, b); return y",
                "x : f32[20]; y = Clamp(x) min=0.0 max=0.5; return y");
}
TEST(ConvertMinMaxToClamp, KeepsTheInnerNodeForOtherReaders) {
  ExpectRewrite(MakeConvertMinMaxToClamp(),
                "x : f32[20]; b : f32[] = {0.5}; p = ReLU(x); y = Minimum(p, b); return y, p",
                "x : f32[20]; p = ReLU(x); y = Clamp(x) min=0.0 max=0.5; return y, p");
}
TEST(ConvertMinMaxToClamp, KeepsCrossedBounds) {
  ExpectUnchanged(MakeConvertMinMaxToClamp(),
                  "x : f32[20]; a : f32[] = {0.5}; b : f32[] = {-0.5}; p = Maximum(x, a); y = Minimum(p, b); return y",
                  "above the upper bound");
}
TEST(ConvertMinMaxToClamp, KeepsOneSidedBounds) {
  ExpectUnchanged(MakeConvertMinMaxToClamp(), "x : f32[20]; a : f32[] = {0.5}; y = Maximum(x, a); return y",
                  "one side only");
  ExpectUnchanged(MakeConvertMinMaxToClamp(), "x : f32[20]; a : f32[] = {0}; y = Minimum(x, a); return y",
                  "one side only");
}
TEST(ConvertMinMaxToClamp, KeepsBoundsPerElementAndOfValues) {
  ExpectUnchanged(MakeConvertMinMaxToClamp(), "x : f32[2]; a : f32[2] = {0, 0}; y = Maximum(x, a); return y",
                  "neither input");
  ExpectUnchanged(MakeConvertMinMaxToClamp(), "x : f32[2]; z : f32[]; y = Maximum(x, z); return y", "neither input");
  ExpectUnchanged(MakeConvertMinMaxToClamp(), "x : f32[2]; a : f32[1,1] = {0}; y = Maximum(x, a); return y",
                  "neither input");
}
TEST(ConvertMinMaxToClamp, KeepsIntegers) {
  ExpectUnchanged(MakeConvertMinMaxToClamp(), "x : i32[2]; a : i32[] = {0}; y = Maximum(x, a); return y", "integers");
}

}  // namespace
}  // namespace moir::transforms

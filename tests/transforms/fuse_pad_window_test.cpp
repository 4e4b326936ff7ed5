#include <gtest/gtest.h>

#include "graph/text.h"
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

const std::string kPad =
    "x : f32[1,2,6,6]; w : f32[2,2,3,3] = random(1); p : i64[4] = {0, 0, 1, 2}; q : i64[4] = {0, 0, 0, 1}; ";

TEST(FusePadWindow, PadsAConvolution) {
  ExpectRewrite(MakeFusePadWindow(), kPad + "a = Pad(x, p, q); y = Convolution(a, w) strides=[2,1]; return y",
                "x : f32[1,2,6,6]; w : f32[2,2,3,3] = random(1); y = Convolution(x, w) strides=[2,1] pads_begin=[1,2] "
                "pads_end=[0,1]; return y");
  ExpectRewrite(
      MakeFusePadWindow(),
      kPad + "z : f32[] = {0}; a = Pad(x, p, q, z); y = Convolution(a, w) pads_begin=[1,1] pads_end=[2,2]; return y",
      "x : f32[1,2,6,6]; w : f32[2,2,3,3] = random(1); y = Convolution(x, w) pads_begin=[2,3] pads_end=[2,3]; return "
      "y");
}
TEST(FusePadWindow, PadsAGroupConvolutionAndAValidOne) {
  ExpectRewrite(MakeFusePadWindow(),
                "x : f32[1,2,6,6]; w : f32[2,1,1,3,3] = random(1); p : i64[4] = {0, 0, 1, 1}; a = Pad(x, p, p); y = "
                "GroupConvolution(a, w) auto_pad=\"valid\" pads_begin=[5,5] pads_end=[5,5]; return y",
                "x : f32[1,2,6,6]; w : f32[2,1,1,3,3] = random(1); y = GroupConvolution(x, w) pads_begin=[1,1] "
                "pads_end=[1,1]; return y");
}
TEST(FusePadWindow, TakesOnePadAfterAnother) {
  ExpectRewrite(MakeFusePadWindow(), kPad + "a = Pad(x, p, q); b = Pad(a, q, p); y = Convolution(b, w); return y",
                "x : f32[1,2,6,6]; w : f32[2,2,3,3] = random(1); y = Convolution(x, w) pads_begin=[1,3] "
                "pads_end=[1,3]; return y");
}
TEST(FusePadWindow, KeepsThePadForOtherReaders) {
  ExpectRewrite(MakeFusePadWindow(), kPad + "a = Pad(x, p, q); y = Convolution(a, w); return y, a",
                kPad + "a = Pad(x, p, q); y = Convolution(x, w) pads_begin=[1,2] pads_end=[0,1]; return y, a");
}
TEST(FusePadWindow, KeepsOtherValuesAndModes) {
  ExpectUnchanged(MakeFusePadWindow(), kPad + "z : f32[] = {1}; a = Pad(x, p, q, z); y = Convolution(a, w); return y",
                  "the pad value is 1");
  ExpectUnchanged(MakeFusePadWindow(), kPad + "a = Pad(x, p, q) pad_mode=\"edge\"; y = Convolution(a, w); return y",
                  "pad mode edge");
  ExpectUnchanged(MakeFusePadWindow(), kPad + "z : f32[]; a = Pad(x, p, q, z); y = Convolution(a, w); return y",
                  "the pad value is no constant");
}
TEST(FusePadWindow, KeepsPaddedChannelsAndBatches) {
  ExpectUnchanged(MakeFusePadWindow(),
                  "x : f32[1,1,6,6]; w : f32[2,2,3,3] = random(1); p : i64[4] = {0, 1, 0, 0}; q : i64[4] = {0, 0, 0, "
                  "0}; a = Pad(x, p, q); y = Convolution(a, w); return y",
                  "axis 1 is padded");
  ExpectUnchanged(MakeFusePadWindow(),
                  "x : f32[1,2,6,6]; w : f32[2,2,3,3] = random(1); p : i64[4] = {0, 0, 0, 0}; q : i64[4] = {1, 0, 0, "
                  "0}; a = Pad(x, p, q); y = Convolution(a, w); return y",
                  "axis 0 is padded");
}
TEST(FusePadWindow, KeepsAutomaticPadding) {
  ExpectUnchanged(MakeFusePadWindow(),
                  kPad + "a = Pad(x, p, q); y = Convolution(a, w) auto_pad=\"same_upper\"; return y",
                  "auto_pad same_upper");
}
TEST(FusePadWindow, PadsAnAverageThatCountsIt) {
  for (const std::string exclude : {"false", "true"}) {
    ExpectRewrite(
        MakeFusePadWindow(),
        kPad + "a = Pad(x, p, q); y = AvgPool(a) kernel=[3,3] strides=[2,2] exclude-pad=" + exclude + "; return y",
        "x : f32[1,2,6,6]; y = AvgPool(x) kernel=[3,3] strides=[2,2] pads_begin=[1,2] pads_end=[0,1] "
        "exclude-pad=false; return y");
  }
  ExpectRewrite(MakeFusePadWindow(),
                kPad +
                    "a = Pad(x, p, q); y = AvgPool(a) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] "
                    "rounding_type=\"ceil\" exclude-pad=false; return y",
                "x : f32[1,2,6,6]; y = AvgPool(x) kernel=[3,3] strides=[2,2] pads_begin=[2,3] pads_end=[1,2] "
                "rounding_type=\"ceil\" exclude-pad=false; return y");
}
TEST(FusePadWindow, KeepsAnAverageThatLeavesItsPaddingOut) {
  ExpectUnchanged(MakeFusePadWindow(),
                  kPad +
                      "a = Pad(x, p, q); y = AvgPool(a) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[0,0] "
                      "exclude-pad=true; return y",
                  "out of the average");
  ExpectUnchanged(
      MakeFusePadWindow(),
      kPad +
          "z : f32[] = {1}; a = Pad(x, p, q, z); y = AvgPool(a) kernel=[3,3] strides=[1,1] exclude-pad=false; return y",
      "an average pads with 0");
}
TEST(FusePadWindow, PadsAMaximumOfWhatIsNeverNegative) {
  ExpectRewrite(MakeFusePadWindow(),
                kPad + "r = ReLU(x); a = Pad(r, p, q); y = MaxPool(a) kernel=[3,3] strides=[2,2]; return y",
                "x : f32[1,2,6,6]; r = ReLU(x); y = MaxPool(r) kernel=[3,3] strides=[2,2] pads_begin=[1,2] "
                "pads_end=[0,1]; return y");
  ExpectRewrite(
      MakeFusePadWindow(),
      kPad + "r = Clamp(x) min=0.0 max=6.0; a = Pad(r, p, q); y = MaxPool(a) kernel=[3,3] strides=[2,2]; return y",
      "x : f32[1,2,6,6]; r = Clamp(x) min=0.0 max=6.0; y = MaxPool(r) kernel=[3,3] strides=[2,2] pads_begin=[1,2] "
      "pads_end=[0,1]; return y");
  ExpectUnchanged(
      MakeFusePadWindow(),
      kPad + "r = Clamp(x) min=-1.0 max=6.0; a = Pad(r, p, q); y = MaxPool(a) kernel=[3,3] strides=[2,2]; return y",
      "below the pad value");
  ExpectUnchanged(MakeFusePadWindow(), kPad + "a = Pad(x, p, q); y = MaxPool(a) kernel=[3,3] strides=[2,2]; return y",
                  "below the pad value");
  ExpectUnchanged(
      MakeFusePadWindow(),
      kPad + "z : f32[] = {1}; r = ReLU(x); a = Pad(r, p, q, z); y = MaxPool(a) kernel=[3,3] strides=[2,2]; return y",
      "a maximum pads with minus infinity");
}
TEST(FusePadWindow, KeepsAMaximumOfPaddingOnly) {
  ExpectUnchanged(MakeFusePadWindow(),
                  kPad + "r = ReLU(x); a = Pad(r, p, q); y = MaxPool(a) kernel=[2,2] strides=[1,1]; return y",
                  "padding only");
  ExpectUnchanged(MakeFusePadWindow(),
                  "x : f32[1,2,6,6]; p : i64[4] = {0, 0, 0, 0}; q : i64[4] = {0, 0, 2, 0}; r = ReLU(x); a = Pad(r, p, "
                  "q); y = MaxPool(a) kernel=[2,2] strides=[2,2]; return y",
                  "padding only");
}
TEST(FusePadWindow, KeepsWhatTheUserNamed) {
  for (const char* name : {"a", "y"})
    ExpectUnchanged(MakeFusePadWindow(FusingFilter({name})), kPad + "a = Pad(x, p, q); y = Convolution(a, w); return y",
                    "kept by finegrain fusing");
}

}  // namespace
}  // namespace moir::transforms

#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

const std::string kHead =
    "x : f32[1,3,5,5]; k : i64[] = {1}; s = Split(x, k) num_splits=3; r = Concat(s.2, s.1, s.0) axis=1; w : "
    "f32[1,3,1,1] = {1, 2, 3}; ";

TEST(FuseReverseChannels, ReordersTheWeights) {
  ExpectRewrite(MakeFuseReverseChannels(), kHead + "y = Convolution(r, w) pads_begin=[1,1] pads_end=[1,1]; return y",
                "x : f32[1,3,5,5]; w : f32[1,3,1,1] = {3, 2, 1}; y = Convolution(x, w) pads_begin=[1,1] "
                "pads_end=[1,1]; return y");
}
TEST(FuseReverseChannels, TakesAnyOrder) {
  // y[0] = x[1], y[1] = x[2], y[2] = x[0], so the weight of y[0] belongs to x[1].
  ExpectRewrite(MakeFuseReverseChannels(),
                "x : f32[1,3,5,5]; k : i64[] = {1}; s = Split(x, k) num_splits=3; r = Concat(s.1, s.2, s.0) axis=1; w "
                ": f32[1,3,1,1] = {1, 2, 3}; y = Convolution(r, w); return y",
                "x : f32[1,3,5,5]; w : f32[1,3,1,1] = {3, 1, 2}; y = Convolution(x, w); return y");
}
TEST(FuseReverseChannels, PassesWhatTreatsChannelsAlike) {
  ExpectRewrite(MakeFuseReverseChannels(), kHead + R"(
    m : f32[1,3,1,1] = {10, 20, 30}; h : f32[] = {2}; p : i64[4] = {0, 0, 1, 1}
    a = Add(r, m); b = Multiply(a, h); c = ReLU(b); d = Pad(c, p, p); e = MaxPool(d) kernel=[2,2] strides=[1,1]; y = Convolution(e, w)
    return y)",
                R"(
    x : f32[1,3,5,5]; w : f32[1,3,1,1] = {3, 2, 1}
    m : f32[1,3,1,1] = {30, 20, 10}; h : f32[] = {2}; p : i64[4] = {0, 0, 1, 1}
    a = Add(x, m); b = Multiply(a, h); c = ReLU(b); d = Pad(c, p, p); e = MaxPool(d) kernel=[2,2] strides=[1,1]; y = Convolution(e, w)
    return y)",
                {.tolerance = 1e-4});
}
TEST(FuseReverseChannels, PassesConstantsOnEitherSide) {
  ExpectRewrite(
      MakeFuseReverseChannels(),
      kHead + "m : f32[3,1,1] = {10, 20, 30}; a = Subtract(m, r); b = Maximum(a, m); y = Convolution(b, w); return y",
      "x : f32[1,3,5,5]; w : f32[1,3,1,1] = {3, 2, 1}; m : f32[3,1,1] = {30, 20, 10}; n : f32[3,1,1] = {30, 20, 10}; a "
      "= Subtract(m, x); b = Maximum(a, n); y = Convolution(b, w); return y",
      {.tolerance = 1e-4});
}
TEST(FuseReverseChannels, ServesEveryReader) {
  ExpectRewrite(
      MakeFuseReverseChannels(),
      kHead + "v : f32[2,3,3,3] = random(1); y = Convolution(r, w); a = ReLU(r); z = Convolution(a, v); return y, z",
      "x : f32[1,3,5,5]; w : f32[1,3,1,1] = {3, 2, 1}; v : f32[2,3,3,3] = any; y = Convolution(x, w); a = ReLU(x); z = "
      "Convolution(a, v); return y, z");
}
TEST(FuseReverseChannels, TakesOneBehindAnother) {
  ExpectRewrite(MakeFuseReverseChannels(),
                "x : f32[1,3,5,5]; k : i64[] = {1}; s = Split(x, k) num_splits=3; r = Concat(s.2, s.1, s.0) axis=1; v "
                ": f32[3,3,1,1] = random(1); a = Convolution(r, v); b = ReLU(r); t = Split(b, k) num_splits=3; u = "
                "Concat(t.1, t.0, t.2) axis=1; c = Convolution(u, v); y = Add(a, c); return y",
                "x : f32[1,3,5,5]; v : f32[3,3,1,1] = any; w : f32[3,3,1,1] = any; a = Convolution(x, v); b = ReLU(x); "
                "c = Convolution(b, w); y = Add(a, c); return y");
}
TEST(FuseReverseChannels, LeavesSharedWeightsAlone) {
  ExpectRewrite(MakeFuseReverseChannels(),
                "z : f32[1,3,5,5]; " + kHead + "a = Convolution(r, w); b = Convolution(z, w); y = Add(a, b); return y",
                "z : f32[1,3,5,5]; x : f32[1,3,5,5]; v : f32[1,3,1,1] = {3, 2, 1}; w : f32[1,3,1,1] = {1, 2, 3}; a = "
                "Convolution(x, v); b = Convolution(z, w); y = Add(a, b); return y");
}
TEST(FuseReverseChannels, ReordersWithinGroups) {
  const std::string head =
      "x : f32[1,4,5,5]; k : i64[] = {1}; w : f32[2,1,2,1,1] = {1, 2, 3, 4}; s = Split(x, k) num_splits=4; ";
  ExpectRewrite(MakeFuseReverseChannels(),
                head + "r = Concat(s.1, s.0, s.2, s.3) axis=1; y = GroupConvolution(r, w); return y",
                "x : f32[1,4,5,5]; w : f32[2,1,2,1,1] = {2, 1, 3, 4}; y = GroupConvolution(x, w); return y");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  head + "r = Concat(s.3, s.2, s.1, s.0) axis=1; y = GroupConvolution(r, w); return y",
                  "would leave its group");
}
TEST(FuseReverseChannels, KeepsItWhereOneReaderCannotTakeIt) {
  ExpectUnchanged(MakeFuseReverseChannels(), kHead + "y = Convolution(r, w); z = Softmax(r) axis=1; return y, z",
                  "does not treat channels alike");
  ExpectUnchanged(MakeFuseReverseChannels(), kHead + "y = Convolution(r, w); return y, r", "is an output of the model");
  ExpectUnchanged(MakeFuseReverseChannels(), kHead + "a = ReLU(r); y = Convolution(a, w); return y, a",
                  "is an output of the model");
  ExpectUnchanged(MakeFuseReverseChannels(), "v : f32[1,3,1,1]; " + kHead + "y = Convolution(r, v); return y",
                  "the weights are no constant");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  "v : f32[1,3,5,5]; " + kHead + "a = Add(r, v); y = Convolution(a, w); return y",
                  "does not treat channels alike");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  kHead +
                      "p : i64[4] = {0, 1, 0, 0}; q : i64[4] = {0, 0, 0, 0}; v : f32[1,4,1,1] = random(1); a = Pad(r, "
                      "p, q); y = Convolution(a, v); return y",
                  "does not treat channels alike");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  kHead + "m : f32[2,1,1,1] = {1, 2}; a = Add(r, m); y = Convolution(a, w); return y",
                  "does not treat channels alike");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  kHead + "m : f32[5] = {1, 2, 3, 4, 5}; a = Add(r, m); y = Convolution(a, w); return y",
                  "does not treat channels alike");
  ExpectUnchanged(MakeFuseReverseChannels(), "v : f32[2,3,5,5]; " + kHead + "y = Convolution(v, r); return y",
                  "no constant");
}
TEST(FuseReverseChannels, KeepsOtherConcats) {
  ExpectUnchanged(MakeFuseReverseChannels(),
                  "x : f32[1,3,5,5]; k : i64[] = {1}; w : f32[1,3,1,1] = random(1); s = Split(x, k) num_splits=3; r = "
                  "Concat(s.2, s.1, s.1) axis=1; y = Convolution(r, w); return y",
                  "not every channel occurs once");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  "x : f32[1,3,5,5]; k : i64[] = {1}; w : f32[1,2,1,1] = random(1); s = Split(x, k) num_splits=3; r = "
                  "Concat(s.1, s.0) axis=1; y = Convolution(r, w); return y",
                  "not every channel occurs once");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  "x : f32[1,4,5,5]; k : i64[] = {1}; w : f32[1,4,1,1] = random(1); s = Split(x, k) num_splits=2; r = "
                  "Concat(s.1, s.0) axis=1; y = Convolution(r, w); return y",
                  "single channels");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  "x : f32[1,3,4,4]; k : i64[] = {2}; w : f32[1,3,1,1] = random(1); s = Split(x, k) num_splits=4; r = "
                  "Concat(s.1, s.0) axis=2; y = Convolution(r, w); return y",
                  "does not join channels");
  ExpectUnchanged(MakeFuseReverseChannels(),
                  "x : f32[1,1,4,4]; z : f32[1,1,4,4]; w : f32[1,2,1,1] = random(1); r = Concat(x, z) axis=1; y = "
                  "Convolution(r, w); return y",
                  "no part of a Split");
}

}  // namespace
}  // namespace moir::transforms

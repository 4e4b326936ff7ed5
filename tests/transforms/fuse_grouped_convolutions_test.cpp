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

const std::string kHead = R"(
    x : f32[1,4,5,5]; k : i64[] = {1}
    v : f32[3,2,3,3] = random(1); w : f32[3,2,3,3] = random(2); b : f32[1,3,1,1] = {1, 2, 3}; c : f32[1,3,1,1] = {4, 5, 6}
    s = Split(x, k) num_splits=2
)";

TEST(FuseGroupedConvolutions, JoinsTheWeights) {
  ExpectRewrite(MakeFuseGroupedConvolutions(),
                kHead +
                    "e = Convolution(s.0, v) pads_begin=[1,1] pads_end=[1,1]; f = Convolution(s.1, w) pads_begin=[1,1] "
                    "pads_end=[1,1] strides=[1,1]; y = Concat(e, f) axis=1; return y",
                "x : f32[1,4,5,5]; w : f32[2,3,2,3,3] = any; y = GroupConvolution(x, w) pads_begin=[1,1] "
                "pads_end=[1,1]; return y");
}
TEST(FuseGroupedConvolutions, JoinsTheBiases) {
  ExpectRewrite(MakeFuseGroupedConvolutions(),
                kHead +
                    "e = Convolution(s.0, v); f = Convolution(s.1, w); g = Add(e, b); h = Add(c, f); y = Concat(g, h) "
                    "axis=-3; return y",
                "x : f32[1,4,5,5]; w : f32[2,3,2,3,3] = any; b : f32[1,6,1,1] = {1, 2, 3, 4, 5, 6}; g = "
                "GroupConvolution(x, w); y = Add(g, b); return y");
}
TEST(FuseGroupedConvolutions, KeepsAnotherOrder) {
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead + "e = Convolution(s.0, v); f = Convolution(s.1, w); y = Concat(f, e) axis=1; return y",
                  "does not come from part 0");
}
TEST(FuseGroupedConvolutions, KeepsOtherAttributes) {
  const std::string e = "e = Convolution(s.0, v) pads_begin=[1,1] pads_end=[1,1]; ";
  ExpectUnchanged(
      MakeFuseGroupedConvolutions(),
      kHead + e + "f = Convolution(s.1, w) pads_begin=[2,2] pads_end=[0,0]; y = Concat(e, f) axis=1; return y",
      "other pads_begin");
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead + e +
                      "f = Convolution(s.1, w) pads_begin=[1,1] pads_end=[1,1] auto_pad=\"same_upper\"; y = Concat(e, "
                      "f) axis=1; return y",
                  "padded otherwise");
  ExpectUnchanged(
      MakeFuseGroupedConvolutions(),
      "x : f32[1,4,3,3]; k : i64[] = {1}; v : f32[3,2,1,1] = random(1); s = Split(x, k) num_splits=2; e = "
      "Convolution(s.0, v) strides=[3,3]; f = Convolution(s.1, v) strides=[4,4]; y = Concat(e, f) axis=1; return y",
      "other strides");
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead +
                      "u : f32[3,2,1,1] = random(1); e = Convolution(s.0, v) pads_begin=[1,1] pads_end=[1,1]; f = "
                      "Convolution(s.1, u); y = Concat(e, f) axis=1; return y",
                  "another shape");
}
TEST(FuseGroupedConvolutions, KeepsPartsThatSomethingElseReads) {
  ExpectUnchanged(
      MakeFuseGroupedConvolutions(),
      kHead + "e = Convolution(s.0, v); f = Convolution(s.1, w); y = Concat(e, f) axis=1; z = ReLU(e); return y, z",
      "input 0 has other readers");
  ExpectUnchanged(
      MakeFuseGroupedConvolutions(),
      kHead + "e = Convolution(s.0, v); f = Convolution(s.1, w); y = Concat(e, f) axis=1; z = ReLU(s.1); return y, z",
      "part 1 of the Split has other readers");
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead +
                      "e = Convolution(s.0, v); f = Convolution(s.1, w); g = Add(e, b); h = Add(f, c); y = Concat(g, "
                      "h) axis=1; return y, e",
                  "before the bias of input 0");
}
TEST(FuseGroupedConvolutions, KeepsABiasOnSomeOnly) {
  ExpectUnchanged(
      MakeFuseGroupedConvolutions(),
      kHead + "e = Convolution(s.0, v); f = Convolution(s.1, w); g = Add(e, b); y = Concat(g, f) axis=1; return y",
      "some inputs have a bias");
}
TEST(FuseGroupedConvolutions, KeepsWhatIsNoBias) {
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead +
                      "d : f32[3] = random(3); e = Convolution(s.0, v); f = Convolution(s.1, w); g = Add(e, d); h = "
                      "Add(f, d); y = Concat(g, h) axis=1; return y",
                  "input 0 is no bias");
}
TEST(FuseGroupedConvolutions, KeepsPartsOfAnotherAxis) {
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  "x : f32[1,2,6,5]; k : i64[] = {2}; w : f32[2,2,3,3] = random(1); s = Split(x, k) num_splits=2; e = "
                  "Convolution(s.0, w); f = Convolution(s.1, w); y = Concat(e, f) axis=1; return y",
                  "does not part channels");
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead + "e = Convolution(s.0, v); f = Convolution(s.1, w); y = Concat(e, f) axis=2; return y",
                  "does not join channels");
}
TEST(FuseGroupedConvolutions, KeepsAPartOfTheSplit) {
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  "x : f32[1,6,5,5]; k : i64[] = {1}; w : f32[3,2,3,3] = random(1); s = Split(x, k) num_splits=3; e = "
                  "Convolution(s.0, w); f = Convolution(s.1, w); y = Concat(e, f) axis=1; return y",
                  "the Split has 3 parts");
}
TEST(FuseGroupedConvolutions, KeepsOtherSourcesAndKinds) {
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  "x : f32[1,2,5,5]; w : f32[3,2,3,3] = random(1); e = Convolution(x, w); f = Convolution(x, w); y = "
                  "Concat(e, f) axis=1; return y",
                  "do not read a Split");
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  kHead + "e = ReLU(s.0); f = ReLU(s.1); y = Concat(e, f) axis=1; return y",
                  "input 0 is no Convolution");
  ExpectUnchanged(MakeFuseGroupedConvolutions(),
                  "x : f32[1,4,5,5]; w : f32[3,2,3,3]; k : i64[] = {1}; s = Split(x, k) num_splits=2; e = "
                  "Convolution(s.0, w); f = Convolution(s.1, w); y = Concat(e, f) axis=1; return y",
                  "no constant");
}
TEST(FuseGroupedConvolutions, KeepsWhatTheUserNamed) {
  for (const char* name : {"f", "y"})
    ExpectUnchanged(MakeFuseGroupedConvolutions(FusingFilter({name})),
                    kHead + "e = Convolution(s.0, v); f = Convolution(s.1, w); y = Concat(e, f) axis=1; return y",
                    "kept by finegrain fusing");
}

}  // namespace
}  // namespace moir::transforms

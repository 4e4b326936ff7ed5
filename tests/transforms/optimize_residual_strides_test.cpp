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

const std::string kHead =
    "x : f32[1,2,9,8]; k3 : f32[2,2,3,3] = random(1); k1 : f32[2,2,1,1] = random(2); j1 : f32[2,2,1,1] = random(3); b "
    ": f32[1,2,1,1] = random(4); ";
const std::string kPads = " pads_begin=[1,1] pads_end=[1,1]";

TEST(OptimizeResidualStrides, MovesAStrideUpToAConvolution) {
  ExpectRewrite(MakeOptimizeResidualStrides(),
                kHead + "a = Convolution(x, k3)" + kPads +
                    "; c = Add(a, b); r = ReLU(c); y = Convolution(r, k1) strides=[2,2]; return y",
                kHead + "a = Convolution(x, k3) strides=[2,2]" + kPads +
                    "; c = Add(a, b); r = ReLU(c); y = Convolution(r, k1) strides=[1,1]; return y",
                {.tolerance = 0});
}
TEST(OptimizeResidualStrides, GoesOnThroughPointwiseConvolutions) {
  ExpectRewrite(
      MakeOptimizeResidualStrides(),
      kHead + "a = Convolution(x, k3) strides=[1,2]" + kPads +
          "; r = ReLU(a); c = Convolution(r, j1); s = ReLU(c); y = Convolution(s, k1) strides=[3,2]; return y",
      kHead + "a = Convolution(x, k3) strides=[3,4]" + kPads +
          "; r = ReLU(a); c = Convolution(r, j1) strides=[1,1]; s = ReLU(c); y = Convolution(s, k1) strides=[1,1]; "
          "return y",
      {.tolerance = 0});
}
// The end of one residual stage and the beginning of the next, whose first convolutions carry the stride.
TEST(OptimizeResidualStrides, ThinsTheShortcutOut) {
  ExpectRewrite(MakeOptimizeResidualStrides(), kHead + "h = ReLU(x); a = Convolution(h, k3)" + kPads + R"(
    r = ReLU(a); c = Convolution(r, j1); d = Add(c, h); e = ReLU(d)
    f = Convolution(e, k1) strides=[2,2]; g = Convolution(e, j1) strides=[2,2]; y = Add(f, g)
    return y)",
                kHead + "h = ReLU(x); a = Convolution(h, k3) strides=[2,2]" + kPads + R"(
    r = ReLU(a); c = Convolution(r, j1) strides=[1,1]; p = MaxPool(h) kernel=[1,1] strides=[2,2] pads_begin=[0,0] pads_end=[0,0]; d = Add(c, p); e = ReLU(d)
    f = Convolution(e, k1) strides=[1,1]; g = Convolution(e, j1) strides=[1,1]; y = Add(f, g)
    return y)",
                {.tolerance = 0});
}
TEST(OptimizeResidualStrides, LeavesBroadcastInputsWhole) {
  ExpectRewrite(MakeOptimizeResidualStrides(),
                kHead +
                    "g : f32[1,2,1,1]; a = Convolution(x, k3); m = Multiply(a, g); y = Convolution(m, k1) "
                    "strides=[2,2]; return y",
                kHead +
                    "g : f32[1,2,1,1]; a = Convolution(x, k3) strides=[2,2]; m = Multiply(a, g); y = Convolution(m, "
                    "k1) strides=[1,1]; return y",
                {.tolerance = 0});
}
TEST(OptimizeResidualStrides, MovesAStrideToPooling) {
  ExpectRewrite(
      MakeOptimizeResidualStrides(),
      kHead + "a = MaxPool(x) kernel=[3,3] strides=[1,1]" + kPads + "; y = Convolution(a, k1) strides=[2,2]; return y",
      kHead + "a = MaxPool(x) kernel=[3,3] strides=[2,2]" + kPads + "; y = Convolution(a, k1) strides=[1,1]; return y",
      {.tolerance = 0});
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  kHead +
                      "a = MaxPool(x) kernel=[3,3] strides=[2,2] rounding_type=\"ceil\"; y = Convolution(a, k1) "
                      "strides=[2,2]; return y",
                  "cannot be computed with a stride");
}
TEST(OptimizeResidualStrides, WorksForGroupsAndOneAxis) {
  ExpectRewrite(MakeOptimizeResidualStrides(),
                "x : f32[1,2,9]; d : f32[2,1,1,3] = random(1); w : f32[3,2,1] = random(2); a = GroupConvolution(x, d); "
                "r = ReLU(a); y = Convolution(r, w) strides=[2]; return y",
                "x : f32[1,2,9]; d : f32[2,1,1,3] = random(1); w : f32[3,2,1] = random(2); a = GroupConvolution(x, d) "
                "strides=[2]; r = ReLU(a); y = Convolution(r, w) strides=[1]; return y",
                {.tolerance = 0});
}
TEST(OptimizeResidualStrides, DropsFrameworkNamesOfValuesThatShrank) {
  const auto graph =
      graph::ParseGraph(kHead + "a = Convolution(x, k3); r = ReLU(a); y = Convolution(r, k1) strides=[2,2]; return y");
  graph->FindNode("r")->AddOutputName(0, "r:0");
  graph->FindNode("y")->AddOutputName(0, "y:0");
  PassRunner runner;
  runner.Add(MakeOptimizeResidualStrides());
  EXPECT_EQ(runner.Run(*graph)[0].changes, 1u);
  ASSERT_NE(graph->FindNode("r"), nullptr);
  EXPECT_TRUE(graph->FindNode("r")->OutputAt(0).names.empty());
  EXPECT_EQ(graph->FindNode("y")->OutputAt(0).names, std::vector<std::string>{"y:0"});
}
TEST(OptimizeResidualStrides, KeepsAValueThatSomethingElseNeedsInFull) {
  const std::string head =
      kHead + "a = Convolution(x, k3)" + kPads + "; r = ReLU(a); y = Convolution(r, k1) strides=[2,2]; ";
  ExpectUnchanged(MakeOptimizeResidualStrides(), head + "z = Convolution(r, j1); return y, z", "needed in full");
  ExpectUnchanged(MakeOptimizeResidualStrides(), head + "z = Convolution(r, j1) strides=[1,2]; return y, z",
                  "needed in full");
  ExpectUnchanged(MakeOptimizeResidualStrides(), head + "z = Convolution(r, k3) strides=[2,2]; return y, z",
                  "needed in full");
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  head + "z = Convolution(r, j1) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; return y, z",
                  "needed in full");
  ExpectUnchanged(MakeOptimizeResidualStrides(), head + "return y, r", "needed in full");
}
TEST(OptimizeResidualStrides, StopsAtAValueThatIsRead) {
  // r is thinned out by nobody, since its producer's result is an output: nothing upstream gets cheaper.
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  kHead + "a = Convolution(x, k3); r = ReLU(a); y = Convolution(r, k1) strides=[2,2]; return y, a",
                  "needed in full");
}
TEST(OptimizeResidualStrides, KeepsWhatNoConvolutionWouldGainFrom) {
  ExpectUnchanged(MakeOptimizeResidualStrides(), kHead + "r = ReLU(x); y = Convolution(r, k1) strides=[2,2]; return y",
                  "cannot be computed with a stride");
  ExpectUnchanged(
      MakeOptimizeResidualStrides(),
      kHead + "a = Convolution(x, k3) auto_pad=\"same_upper\"; y = Convolution(a, k1) strides=[2,2]; return y",
      "cannot be computed with a stride");
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  kHead + "r = Softmax(x) axis=1; y = Convolution(r, k1) strides=[2,2]; return y",
                  "cannot be computed with a stride");
}
TEST(OptimizeResidualStrides, KeepsConstantsWithSpatialExtent) {
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  kHead + "u : f32[1,1,9,8] = random(9); a = Convolution(x, k3)" + kPads +
                      "; r = Add(a, u); y = Convolution(r, k1) strides=[2,2]; return y",
                  "cannot be computed with a stride");
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  kHead + "u : f32[8] = random(9); a = Convolution(x, k3)" + kPads +
                      "; r = Add(a, u); y = Convolution(r, k1) strides=[2,2]; return y",
                  "cannot be computed with a stride");
}
TEST(OptimizeResidualStrides, KeepsLargerKernels) {
  ExpectUnchanged(MakeOptimizeResidualStrides(),
                  kHead + "a = Convolution(x, k3); y = Convolution(a, k3) strides=[2,2]; return y");
}
TEST(OptimizeResidualStrides, KeepsWhatTheUserNamed) {
  for (const char* name : {"a", "r", "y"}) {
    ExpectUnchanged(MakeOptimizeResidualStrides(FusingFilter({name})),
                    kHead + "a = Convolution(x, k3); r = ReLU(a); y = Convolution(r, k1) strides=[2,2]; return y",
                    *name == 'y' ? "kept by finegrain fusing" : "needed in full");
  }
}

}  // namespace
}  // namespace moir::transforms

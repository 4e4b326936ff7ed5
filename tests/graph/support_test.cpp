// The graph test helpers themselves: each must be able to fail.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Declined;
using graph::Node;
using graph::Outcome;
using graph::ParseGraph;
using graph::Rewriter;

// ReLU(ReLU(x)) => ReLU(x); a planted fault makes it wrong in one way.
class MergeReLU final : public graph::NodePass {
 public:
  enum class Fault { kNone, kDropsBoth, kLeavesDeadNode };
  explicit MergeReLU(Fault fault = Fault::kNone) : fault_(fault) {}
  std::string_view Name() const override { return "merge-relu"; }
  std::string_view Root() const override { return "ReLU"; }
  Outcome Run(Node& node, Rewriter& rewriter) const override {
    Node* first = node.Input(0).Producer("ReLU");
    if (!first) return Declined("input 0 is not a ReLU");
    if (fault_ == Fault::kLeavesDeadNode) rewriter.Add("ReLU", "dead", {first->Input(0)});
    const graph::Value by =
        fault_ == Fault::kDropsBoth ? first->Input(0) : rewriter.Add("ReLU", node.Name(), {first->Input(0)});
    rewriter.Replace(node, by);
    return graph::Changed();
  }

 private:
  Fault fault_;
};
std::unique_ptr<graph::Pass> Make(MergeReLU::Fault fault = MergeReLU::Fault::kNone) {
  return std::make_unique<MergeReLU>(fault);
}

constexpr char kBefore[] = "x : f32[8]; a = ReLU(x); y = ReLU(a); return y";
constexpr char kAfter[] = "x : f32[8]; y = ReLU(x); return y";

TEST(ExpectRewrite, AcceptsTheExpectedGraph) { ExpectRewrite(Make(), kBefore, kAfter); }

TEST(ExpectRewrite, RefusesAPassThatDoesNothing) {
  EXPECT_NONFATAL_FAILURE(ExpectRewrite(Make(), kAfter, kAfter), "input 0 is not a ReLU");
}

TEST(ExpectRewrite, RefusesOtherNodes) {
  EXPECT_NONFATAL_FAILURE(ExpectRewrite(Make(), kBefore, "x : f32[8]; a = ReLU(x); y = ReLU(a); return y"),
                          "made another graph");
}

TEST(ExpectRewrite, RefusesALostName) {
  EXPECT_NONFATAL_FAILURE(ExpectRewrite(Make(), kBefore, "x : f32[8]; z = ReLU(x); return z as \"y\""),
                          "expected \"z\"");
}

TEST(ExpectRewrite, RefusesADeadNode) {
  EXPECT_NONFATAL_FAILURE(ExpectRewrite(Make(MergeReLU::Fault::kLeavesDeadNode), kBefore, kAfter), "no output needs");
}

TEST(ExpectRewrite, RefusesOtherValuesOfTheRightStructure) {
  EXPECT_NONFATAL_FAILURE(ExpectRewrite(Make(MergeReLU::Fault::kDropsBoth), kBefore, "x : f32[8]; return x as \"y\""),
                          "compared with before");
}

TEST(ExpectUnchanged, AcceptsADeclinedGraphAndChecksTheReason) {
  ExpectUnchanged(Make(), kAfter);
  ExpectUnchanged(Make(), kAfter, "not a ReLU");
  EXPECT_NONFATAL_FAILURE(ExpectUnchanged(Make(), kAfter, "other readers"), "declined for no reason");
}

TEST(ExpectUnchanged, RefusesAChange) {
  const auto change = [] { ExpectUnchanged(Make(), "x : f32[8]; a = ReLU(x); y = ReLU(a); return y"); };
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    change();
  }
  EXPECT_EQ(results.size(), 2);
}

TEST(CompareGraphs, SeesEveryKindOfDifference) {
  const auto compare = [](const char* a, const char* b, std::vector<std::string> any = {}) {
    return CompareGraphs(*ParseGraph(a), *ParseGraph(b), any);
  };
  constexpr char kConvolution[] = "x : f32[1,1,4,4]; w : f32[1,1,2,2] = {1, 2, 3, 4}; y = Convolution(x, w); return y";
  EXPECT_EQ(compare(kConvolution, kConvolution), "");
  EXPECT_EQ(
      compare(
          kConvolution,
          "x : f32[1,1,4,4]; v : f32[1,1,2,2] = {1, 2, 3, 4}; y = Convolution(x, v) auto_pad=\"explicit\"; return y"),
      "");
  EXPECT_NE(compare(kConvolution, "x : f32[1,1,4,4]; w : f32[1,1,2,2] = {1, 2, 3, 5}; y = Convolution(x, w); return y"),
            "");
  EXPECT_EQ(compare(kConvolution, "x : f32[1,1,4,4]; w : f32[1,1,2,2] = {1, 2, 3, 5}; y = Convolution(x, w); return y",
                    {"w"}),
            "");
  EXPECT_NE(
      compare(kConvolution,
              "x : f32[1,1,4,4]; w : f32[1,1,2,2] = {1, 2, 3, 4}; y = Convolution(x, w) auto_pad=\"valid\"; return y"),
      "");
  EXPECT_NE(compare(kConvolution, "z : f32[1,1,4,4]; w : f32[1,1,2,2] = {1, 2, 3, 4}; y = Convolution(z, w); return y"),
            "");
  EXPECT_NE(compare(kConvolution,
                    "x : f32[1,1,4,4]; w : f32[1,1,2,2] = {1, 2, 3, 4}; y = Convolution(x, w); return y as \"o\""),
            "");
  // One node read twice is not two equal nodes.
  EXPECT_NE(compare("x : f32[2]; a = ReLU(x); b = ReLU(a); c = ReLU(a); return b, c",
                    "x : f32[2]; a = ReLU(x); d = ReLU(x); b = ReLU(a); c = ReLU(d); return b, c"),
            "");
}

TEST(ExpectRewrite, TakesAnyValuesOfAConstant) {
  constexpr char kWithConstant[] = "w : f32[3] = {1, -2, 3}; a = ReLU(w); y = ReLU(a); return y";
  ExpectRewrite(Make(), kWithConstant, "w : f32[3] = any; y = ReLU(w); return y");
  EXPECT_NONFATAL_FAILURE(ExpectRewrite(Make(), kWithConstant, "w : f32[3] = {1, -2, 4}; y = ReLU(w); return y"),
                          "got 3, expected 4");
}

TEST(ExpectNear, ComparesTypeShapeAndValues) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const Tensor a = Tensor::FromValues<float>({3}, {1, nan, infinity});
  ExpectNear(a, a);
  ExpectNear(Tensor::FromValues<float>({1}, {1000.005f}), Tensor::FromValues<float>({1}, {1000}), 1e-5);
  EXPECT_NONFATAL_FAILURE(
      ExpectNear(Tensor::FromValues<float>({1}, {1000.02f}), Tensor::FromValues<float>({1}, {1000}), 1e-5), "differ");
  EXPECT_NONFATAL_FAILURE(ExpectNear(Tensor::FromValues<float>({2}, {1, 2}), Tensor::FromValues<float>({1, 2}, {1, 2})),
                          "expected f32[1,2]");
  EXPECT_NONFATAL_FAILURE(ExpectNear(Tensor::FromValues<double>({1}, {1}), Tensor::FromValues<float>({1}, {1})),
                          "expected f32[1]");
  EXPECT_NONFATAL_FAILURE(ExpectNear(Tensor::FromValues<float>({1}, {nan}), Tensor::FromValues<float>({1}, {1})),
                          "differ");
  EXPECT_NONFATAL_FAILURE(ExpectNear(Tensor::FromValues<float>({1}, {3}), Tensor::FromValues<float>({1}, {infinity})),
                          "differ");
  EXPECT_NONFATAL_FAILURE(
      ExpectNear(Tensor::FromValues<int32_t>({1}, {1000001}), Tensor::FromValues<int32_t>({1}, {1000000}), 1),
      "differ");
}

TEST(ExpectError, WantsTheKindAndTheText) {
  const auto fail = [] { graph::Fail(ErrorKind::kIo, "disk full"); };
  ExpectError(fail, ErrorKind::kIo, {"disk"});
  EXPECT_NONFATAL_FAILURE(ExpectError(fail, ErrorKind::kIo, {"memory"}), "memory");
  EXPECT_NONFATAL_FAILURE(ExpectError(fail, ErrorKind::kBadModel, {}), "kind");
  EXPECT_NONFATAL_FAILURE(ExpectError([] {}, ErrorKind::kIo, {}), "nothing was thrown");
}

TEST(TempFolderTest, IsRemovedWithItsFiles) {
  std::string path;
  {
    const TempFolder folder;
    path = folder.Write("deep/file.txt", "text");
    EXPECT_EQ(folder.Read("deep/file.txt"), "text");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(RandomTensorTest, IsSeededAndInItsRange) {
  const Tensor a = RandomTensor(ElementType::kF32, {100}, 7, 2, 3);
  EXPECT_TRUE(a.Equals(RandomTensor(ElementType::kF32, {100}, 7, 2, 3)));
  EXPECT_FALSE(a.Equals(RandomTensor(ElementType::kF32, {100}, 8, 2, 3)));
  for (const float value : a.Values<float>()) EXPECT_TRUE(value >= 2 && value <= 3);
}

}  // namespace
}  // namespace moir::test

#include <gtest/gtest.h>

#include "graph/evaluate.h"
#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

// Not ExpectRewrite: the graph is meant to compute something else afterwards.
std::unique_ptr<Graph> Applied(std::string_view text, const std::vector<InputPreprocess>& preprocess,
                               bool means_outside = false, PassReport* report = nullptr) {
  auto graph = graph::ParseGraph(text);
  PassRunner runner;
  runner.Add(MakeApplyInputPreprocessing(preprocess, means_outside));
  const PassReport made = runner.Run(*graph)[0];
  if (report) *report = made;
  return graph;
}
void ExpectGraph(const Graph& actual, std::string_view expected) {
  EXPECT_EQ(test::CompareGraphs(actual, *graph::ParseGraph(expected)), "") << graph::PrintGraph(actual);
}

TEST(ApplyInputPreprocessing, SubtractsAndDividesPerChannel) {
  ExpectGraph(*Applied("x : f32[1,3,2,2]; y = ReLU(x); return y", {{"x", {1, 2, 3}, {2, 4, 8}, false}}),
              "x : f32[1,3,2,2]; m : f32[1,3,1,1] = {-1, -2, -3}; s : f32[1,3,1,1] = {0.5, 0.25, 0.125}; a = Add(x, "
              "m); b = Multiply(a, s); y = ReLU(b); return y");
}
TEST(ApplyInputPreprocessing, TakesOneNumberForAllChannels) {
  ExpectGraph(
      *Applied("x : f32[5]; y = ReLU(x); return y", {{"x", {1}, {2}, false}}),
      "x : f32[5]; m : f32[] = {-1}; s : f32[] = {0.5}; a = Add(x, m); b = Multiply(a, s); y = ReLU(b); return y");
}
TEST(ApplyInputPreprocessing, LeavesOutZeroMeansAndUnitScales) {
  PassReport report;
  ExpectGraph(*Applied("x : f32[1,3,2,2]; y = ReLU(x); return y", {{"x", {0, 0, 0}, {1}, false}}, false, &report),
              "x : f32[1,3,2,2]; y = ReLU(x); return y");
  EXPECT_EQ(report.changes, 0u);
}
TEST(ApplyInputPreprocessing, GoesAlongTheChannelsWhereverTheyAre) {
  InputPreprocess step{"x", {1, 2, 3}, {2, 4, 8}, true};
  step.channel_axis = 3;
  ExpectGraph(*Applied("x : f32[1,2,2,3]; y = ReLU(x); return y", {step}), R"(
    x : f32[1,2,2,3]; k : i64[] = {3}; m : f32[1,1,1,3] = {-1, -2, -3}; s : f32[1,1,1,3] = {0.5, 0.25, 0.125}
    p = Split(x, k) num_splits=3; r = Concat(p.2, p.1, p.0) axis=3; a = Add(r, m); b = Multiply(a, s); y = ReLU(b)
    return y)");
}
TEST(ApplyInputPreprocessing, SubtractsAnImage) {
  InputPreprocess step{"x"};
  step.mean_image = Tensor::FromValues<double>(Shape{2, 1, 2}, {1, 2, 3, 4});
  ExpectGraph(*Applied("x : f32[5,2,1,2]; y = ReLU(x); return y", {step}),
              "x : f32[5,2,1,2]; m : f32[1,2,1,2] = {-1, -2, -3, -4}; a = Add(x, m); y = ReLU(a); return y");
  // The same everywhere: one number per channel, which folds further.
  step.mean_image = Tensor::FromValues<double>(Shape{2, 1, 2}, {1, 1, 3, 3});
  ExpectGraph(*Applied("x : f32[5,2,1,2]; y = ReLU(x); return y", {step}),
              "x : f32[5,2,1,2]; m : f32[1,2,1,1] = {-1, -3}; a = Add(x, m); y = ReLU(a); return y");
  step.mean_image = Tensor::FromValues<double>(Shape{1, 1, 2}, {1, 1});
  test::ExpectError([&] { Applied("x : f32[5,2,1,2]; y = ReLU(x); return y", {step}); }, ErrorKind::kBadOption,
                    {"mean image", "[1,1,2]"});
}
TEST(ApplyInputPreprocessing, WorksBehindTheConversionOfAnInput) {
  ExpectGraph(
      *Applied("x : u8[5]; c = Convert(x) destination_type=\"f32\"; y = ReLU(c); return y", {{"x", {1}, {}, false}}),
      "x : u8[5]; c = Convert(x) destination_type=\"f32\"; m : f32[] = {-1}; a = Add(c, m); y = ReLU(a); "
      "return y");
}
TEST(ApplyInputPreprocessing, AnInputThatIsAnOutputIsPreprocessedToo) {
  ExpectGraph(*Applied("x : f32[5]; y = ReLU(x); return y, x", {{"x", {1}, {}, false}}),
              "x : f32[5]; m : f32[] = {-1}; x/mean = Add(x, m); y = ReLU(x/mean); return y, x/mean as \"x\"");
}
TEST(ApplyInputPreprocessing, ReversesFirst) {
  const auto graph = Applied("x : f32[1,3,1,1]; y = ReLU(x); return y", {{"x", {1, 2, 3}, {}, true}});
  ExpectGraph(*graph, R"(
    x : f32[1,3,1,1]; k : i64[] = {1}; m : f32[1,3,1,1] = {-1, -2, -3}
    s = Split(x, k) num_splits=3; r = Concat(s.2, s.1, s.0) axis=1; a = Add(r, m); y = ReLU(a)
    return y)");
  // The third number given is the first that the model sees.
  test::ExpectValues<float>(
      graph::EvaluateGraph(*graph, {{"x", Tensor::FromValues<float>({1, 3, 1, 1}, {10, 20, 30})}})[0], {1, 3, 1, 1},
      {29, 18, 7});
}
TEST(ApplyInputPreprocessing, ServesEveryReaderAndTheRightInput) {
  ExpectGraph(
      *Applied("x : f32[2]; z : f32[2]; a = ReLU(z); y = Add(z, a); w = Add(x, y); return w", {{"z", {1}, {}, false}}),
      "x : f32[2]; z : f32[2]; m : f32[] = {-1}; n = Add(z, m); a = ReLU(n); y = Add(n, a); w = Add(x, y); return w");
}
TEST(ApplyInputPreprocessing, LeavesMeansToTheFeeder) {
  ExpectGraph(*Applied("x : f32[1,3,2,2]; y = ReLU(x); return y", {{"x", {1, 2, 3}, {2}, false}}, true),
              "x : f32[1,3,2,2]; s : f32[] = {0.5}; b = Multiply(x, s); y = ReLU(b); return y");
  const InputPreprocess reversed{"x", {1, 2, 3}, {}, true}, straight{"x", {1, 2, 3}, {}, false};
  EXPECT_EQ(InParameterOrder(reversed, reversed.mean), (std::vector<double>{3, 2, 1}));
  EXPECT_EQ(InParameterOrder(straight, straight.mean), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(InParameterOrder(reversed, {7}), std::vector<double>{7});
}
TEST(ApplyInputPreprocessing, SaysWhichInputKeepsItsOrder) {
  PassReport report;
  ExpectGraph(*Applied("x : f32[1,1,2,2]; y = ReLU(x); return y", {{"x", {}, {}, true}}, false, &report),
              "x : f32[1,1,2,2]; y = ReLU(x); return y");
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_NE(report.notes[0].find("keeps their order"), std::string::npos);
}
TEST(ApplyInputPreprocessing, RefusesWhatDoesNotFit) {
  const auto refused = [](std::string_view text, const InputPreprocess& step, const std::vector<std::string>& parts) {
    test::ExpectError([&] { Applied(text, {step}); }, ErrorKind::kBadOption, parts);
  };
  refused("x : f32[1,3,2,2]; y = ReLU(x); return y", {"data", {1}, {}, false}, {"\"data\"", "it has x"});
  refused("x : f32[1,3,2,2]; y = ReLU(x); return y", {"y", {1}, {}, false}, {"\"y\"", "no such input"});
  refused("x : f32[1,3,2,2]; y = ReLU(x); return y", {"x", {1, 2}, {}, false},
          {"mean values", "got 2 numbers, expected one or 3"});
  refused("x : f32[1,3,2,2]; y = ReLU(x); return y", {"x", {}, {1, 2, 3, 4}, false}, {"scale values", "got 4 numbers"});
  refused("x : f32[1,3,2,2]; y = ReLU(x); return y", {"x", {}, {1, 0, 1}, false}, {"scale values", "got 0"});
  refused("x : f32[3]; y = ReLU(x); return y", {"x", {1, 2, 3}, {}, false}, {"expected one"});
  refused("x : u8[1,3,2,2]; y = ReLU(x); return y", {"x", {1}, {}, false}, {"floating-point", "u8"});
}

}  // namespace
}  // namespace moir::transforms

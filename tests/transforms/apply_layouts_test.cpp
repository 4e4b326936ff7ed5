#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

std::unique_ptr<Graph> Applied(std::string_view text, const std::vector<LayoutChange>& changes) {
  auto graph = graph::ParseGraph(text);
  PassRunner runner;
  runner.Add(MakeApplyLayouts(changes));
  EXPECT_EQ(runner.Run(*graph)[0].changes, changes.size());
  return graph;
}

void ExpectGraph(const Graph& actual, std::string_view expected) {
  EXPECT_EQ(test::CompareGraphs(actual, *graph::ParseGraph(expected)), "") << graph::PrintGraph(actual);
}

TEST(ApplyLayouts, TransposesBehindAnInput) {
  ExpectGraph(*Applied("x : f32[1,3,2,4]; y = ReLU(x); return y", {{"x", false, {0, 3, 1, 2}}}),
              "x : f32[1,2,4,3]; o : i64[4] = {0, 3, 1, 2}; t = Transpose(x, o); y = ReLU(t); return y");
}

TEST(ApplyLayouts, ServesEveryReaderOfAnInput) {
  ExpectGraph(*Applied("x : f32[2,3]; y = ReLU(x); z = Add(x, y); return z, x", {{"x", false, {1, 0}}}),
              "x : f32[3,2]; o : i64[2] = {1, 0}; x/layout = Transpose(x, o); y = ReLU(x/layout); z = Add(x/layout, "
              "y); return z, x/layout as \"x\"");
}

TEST(ApplyLayouts, TransposesBeforeAnOutputAndKeepsItsName) {
  const auto graph = Applied("x : f32[1,3,2,4]; y = ReLU(x); z = Abs(y); return y, z", {{"y", true, {0, 2, 3, 1}}});
  ExpectGraph(*graph,
              "x : f32[1,3,2,4]; r = ReLU(x); o : i64[4] = {0, 2, 3, 1}; y = Transpose(r, o); z = Abs(r); return y, z");
  EXPECT_EQ(graph->Outputs()[0].value.node->Name(), "y");
  EXPECT_TRUE(graph->Outputs()[0].value.node->Is("Transpose"));
}

TEST(ApplyLayouts, AnOrderOfAnotherRankIsOurMistake) {
  EXPECT_THROW(Applied("x : f32[2,3]; y = ReLU(x); return y", {{"x", false, {1, 0, 2}}}), graph::Error);
  EXPECT_THROW(Applied("x : f32[2,3]; y = ReLU(x); return y", {{"w", true, {1, 0}}}), graph::Error);
}

}  // namespace
}  // namespace moir::transforms

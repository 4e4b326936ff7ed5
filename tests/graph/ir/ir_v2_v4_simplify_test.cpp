#include "graph/ir/ir_v2_v4_simplify.h"

#include <gtest/gtest.h>

#include "graph/text.h"
#include "graph/verify.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

void ExpectSimplified(const char* before, const char* after) {
  const auto original = graph::ParseGraph(before);
  const auto graph = graph::ParseGraph(before);
  graph::SimplifyOldLayers(*graph);
  graph->RemoveDead();
  graph::Verify(*graph);
  EXPECT_EQ(CompareGraphs(*graph, *graph::ParseGraph(after)), "") << graph::PrintGraph(*graph);
  ExpectSameResults(*graph, *original, 0);
}

TEST(SimplifyOldLayers, LetsBroadcastingDoWhatTilesDid) {
  ExpectSimplified(
      "x : f32[2,3,4,5]; z : f32[2,3,1,1]; r : i64[4] = {1,1,1,5}; q : i64[4] = {1,1,4,1}; a = Tile(z, r); b = Tile(a, "
      "q); y = Multiply(x, b); return y",
      "x : f32[2,3,4,5]; z : f32[2,3,1,1]; y = Multiply(x, z); return y");
  ExpectSimplified(
      R"(x : f32[2,3,4]; z : f32[4]; s : i64[4] = {1,1,1,4}; t : i64[3] = {2,3,4}; r : i64[4] = {1,2,3,1}; a = Reshape(z, s); b = Tile(a, r); c = Reshape(b, t); y = Add(c, x); return y)",
      "x : f32[2,3,4]; z : f32[4]; y = Add(z, x); return y");
}

TEST(SimplifyOldLayers, LetsBothSidesBroadcast) {
  ExpectSimplified(
      "x : f32[2,1]; z : f32[1,3]; r : i64[2] = {1,3}; q : i64[2] = {2,1}; a = Tile(x, r); b = Tile(z, q); y = "
      "Maximum(a, b); return y",
      "x : f32[2,1]; z : f32[1,3]; y = Maximum(x, z); return y");
}

TEST(SimplifyOldLayers, KeepsTilesThatRepeatMoreThanOne) {
  const char* text = "x : f32[2,6]; z : f32[2,3]; r : i64[2] = {1,2}; a = Tile(z, r); y = Add(x, a); return y";
  ExpectSimplified(text, text);
}

TEST(SimplifyOldLayers, KeepsTilesThatMakeTheResultsShape) {
  const char* text = "x : f32[2,1]; z : f32[2,1]; r : i64[2] = {1,3}; a = Tile(z, r); y = Add(x, a); return y";
  ExpectSimplified(text, text);
}

TEST(SimplifyOldLayers, KeepsReshapesAlone) {
  const char* text = "x : f32[1,2,3]; z : f32[2,3]; s : i64[3] = {1,2,3}; a = Reshape(z, s); y = Add(x, a); return y";
  ExpectSimplified(text, text);
}

TEST(SimplifyOldLayers, MakesSubtract) {
  ExpectSimplified("x : f32[2]; z : f32[2]; m : f32[] = {-1}; n = Multiply(z, m); y = Add(x, n); return y",
                   "x : f32[2]; z : f32[2]; y = Subtract(x, z); return y");
  ExpectSimplified("x : f32[2]; z : f32[2]; m : f32[] = {-1}; n = Multiply(z, m); y = Add(n, x); return y",
                   "x : f32[2]; z : f32[2]; y = Subtract(x, z); return y");
}

TEST(SimplifyOldLayers, KeepsOtherProducts) {
  for (const char* text : {"x : f32[2]; z : f32[2]; m : f32[] = {-2}; n = Multiply(z, m); y = Add(x, n); return y",
                           "x : f32[2]; z : f32[2]; m : f32[] = {-1}; n = Multiply(z, m); y = Add(x, n); return y, n",
                           "x : f32[2]; z : f32[2]; m : f32[2] = {-1,-1}; n = Multiply(z, m); y = Add(x, n); return y",
                           "x : f32[2]; z : f32[2]; m : f32[] = {-1}; n = Multiply(z, m); o = Maximum(x, n); y = "
                           "Multiply(o, m); return y"}) {
    ExpectSimplified(text, text);
  }
}

TEST(SimplifyOldLayers, MakesMinimum) {
  ExpectSimplified(
      "x : f32[2]; z : f32[2]; m : f32[] = {-1}; a = Multiply(x, m); b = Multiply(z, m); c = Maximum(a, b); y = "
      "Multiply(c, m); return y",
      "x : f32[2]; z : f32[2]; y = Minimum(x, z); return y");
}

}  // namespace
}  // namespace moir::test

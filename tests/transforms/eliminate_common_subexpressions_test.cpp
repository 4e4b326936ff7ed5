#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(EliminateCommonSubexpressions, MergesChainsWithEqualConstants) {
  ExpectRewrite(MakeEliminateCommonSubexpressions(), R"(
    x : f32[2]; c : f32[2] = {1, 2}; d : f32[2] = {1, 2}
    a = Add(x, c); b = Add(x, d); e = ReLU(a); f = ReLU(b); y = Multiply(e, f)
    return y)",
                "x : f32[2]; c : f32[2] = {1, 2}; a = Add(x, c); e = ReLU(a); y = Multiply(e, e); return y");
}
TEST(EliminateCommonSubexpressions, TakesTheNameOfAnOutput) {
  ExpectRewrite(MakeEliminateCommonSubexpressions(),
                "x : f32[2]; a = ReLU(x); y = ReLU(x); z = Sigmoid(a); return y, z",
                "x : f32[2]; y = ReLU(x); z = Sigmoid(y); return y, z");
}
TEST(EliminateCommonSubexpressions, MergesNodesOfSeveralOutputs) {
  ExpectRewrite(MakeEliminateCommonSubexpressions(), R"(
    x : f32[4]; axis : i64[] = {0}
    s = Split(x, axis) num_splits=2; t = Split(x, axis) num_splits=2; y = Add(s.0, t.1)
    return y)",
                "x : f32[4]; axis : i64[] = {0}; s = Split(x, axis) num_splits=2; y = Add(s.0, s.1); return y");
}
TEST(EliminateCommonSubexpressions, TreatsDefaultsAsGiven) {
  ExpectRewrite(MakeEliminateCommonSubexpressions(),
                "x : f32[2,2]; w : f32[2,2] = random(1); a = MatMul(x, w); b = MatMul(x, w) transpose_b=false; y = "
                "Add(a, b); return y",
                "x : f32[2,2]; w : f32[2,2] = random(1); a = MatMul(x, w); y = Add(a, a); return y");
}
TEST(EliminateCommonSubexpressions, KeepsOtherAttributesInputsAndOperators) {
  ExpectUnchanged(MakeEliminateCommonSubexpressions(),
                  "x : f32[2,2]; w : f32[2,2] = random(1); a = MatMul(x, w); b = MatMul(x, w) transpose_b=true; y = "
                  "Add(a, b); return y");
  ExpectUnchanged(MakeEliminateCommonSubexpressions(),
                  "x : f32[2]; z : f32[2]; a = ReLU(x); b = ReLU(z); c = Sigmoid(x); return a, b, c");
  ExpectUnchanged(MakeEliminateCommonSubexpressions(),
                  "x : f32[2]; c : f32[2] = {1, 2}; d : f32[1,2] = {1, 2}; a = Add(x, c); b = Add(x, d); return a, b");
}
TEST(EliminateCommonSubexpressions, KeepsTwoOutputsApart) {
  ExpectUnchanged(MakeEliminateCommonSubexpressions(), "x : f32[2]; a = ReLU(x); b = ReLU(x); return a, b",
                  "both are outputs");
}
TEST(EliminateCommonSubexpressions, KeepsLargeConstantsUnread) {
  ExpectUnchanged(
      MakeEliminateCommonSubexpressions(),
      "x : f32[1000]; c : f32[1000] = random(1); d : f32[1000] = random(1); a = Add(x, c); b = Add(x, d); return a, b");
}

}  // namespace
}  // namespace moir::transforms

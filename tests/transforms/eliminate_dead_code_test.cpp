#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

TEST(EliminateDeadCode, RemovesWhatNoOutputNeeds) {
  test::ExpectRewrite(MakeEliminateDeadCode(),
                      "x : f32[2]; c : f32[2] = {1, 2}; a = Add(x, c); b = ReLU(a); y = ReLU(x); return y",
                      "x : f32[2]; y = ReLU(x); return y");
}
TEST(EliminateDeadCode, KeepsParametersThatNothingReads) {
  test::ExpectRewrite(MakeEliminateDeadCode(), "x : f32[2]; z : f32[2]; a = ReLU(z); y = ReLU(x); return y",
                      "x : f32[2]; z : f32[2]; y = ReLU(x); return y");
}
TEST(EliminateDeadCode, KeepsWhatOutputsNeed) {
  test::ExpectUnchanged(MakeEliminateDeadCode(), "x : f32[2]; a = ReLU(x); y = Sigmoid(a); return y, a");
}

}  // namespace
}  // namespace moir::transforms

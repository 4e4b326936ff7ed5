#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(NormalizeConstantOperands, PutsConstantsSecond) {
  for (const std::string op : {"Add", "Multiply", "Maximum", "Minimum"}) {
    ExpectRewrite(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {1, 2}; y = " + op + "(c, x); return y",
                  "x : f32[2]; c : f32[2] = {1, 2}; y = " + op + "(x, c); return y");
    ExpectUnchanged(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {1, 2}; y = " + op + "(x, c); return y");
  }
}
TEST(NormalizeConstantOperands, AddsTheNegative) {
  ExpectRewrite(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {1, -2}; y = Subtract(x, c); return y",
                "x : f32[2]; c : f32[2] = {-1, 2}; y = Add(x, c); return y");
}
TEST(NormalizeConstantOperands, MultipliesByAnExactInverse) {
  ExpectRewrite(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {4, -0.5}; y = Divide(x, c); return y",
                "x : f32[2]; c : f32[2] = {0.25, -2}; y = Multiply(x, c); return y", {.tolerance = 0});
}
TEST(NormalizeConstantOperands, KeepsOtherDivisions) {
  ExpectUnchanged(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {4, 3}; y = Divide(x, c); return y",
                  "1 / 3 is not exact");
  ExpectUnchanged(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {4, 0}; y = Divide(x, c); return y",
                  "is not exact");
  ExpectUnchanged(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[1] = {1e38}; y = Divide(x, c); return y",
                  "is not exact");
}
TEST(NormalizeConstantOperands, KeepsConstantsInFrontOfSubtractAndDivide) {
  ExpectUnchanged(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {4, 3}; y = Subtract(c, x); return y",
                  "input 1 is no constant");
  ExpectUnchanged(MakeNormalizeConstantOperands(), "x : f32[2]; c : f32[2] = {4, 2}; y = Divide(c, x); return y",
                  "input 1 is no constant");
}
TEST(NormalizeConstantOperands, KeepsIntegers) {
  ExpectUnchanged(MakeNormalizeConstantOperands(), "x : i32[2]; c : i32[2] = {4, 3}; y = Subtract(x, c); return y",
                  "integers");
}

}  // namespace
}  // namespace moir::transforms

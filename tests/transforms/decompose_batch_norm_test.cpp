#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(DecomposeBatchNorm, BecomesMultiplyAndAdd) {
  // s = gamma / sqrt(var + 0.5): 4 / 2, 3 / 1.5;  t = beta - mean * s: 1 - 10 * 2, 2 - 20 * 2
  ExpectRewrite(MakeDecomposeBatchNorm(), R"(
    x : f32[2,2,3,3]
    g : f32[2] = {4, 3}; b : f32[2] = {1, 2}; m : f32[2] = {10, 20}; v : f32[2] = {3.5, 1.75}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.5
    return y)",
                R"(
    x : f32[2,2,3,3]
    s : f32[1,2,1,1] = {2, 2}; t : f32[1,2,1,1] = {-19, -38}
    m = Multiply(x, s)
    y = Add(m, t)
    return y)");
}
TEST(DecomposeBatchNorm, WorksOnRankTwoAndFive) {
  for (const std::string shape : {"[3,2]", "[1,2,2,2,2]"}) {
    const std::string ones = shape == "[3,2]" ? "[1,2]" : "[1,2,1,1,1]";
    ExpectRewrite(MakeDecomposeBatchNorm(), "x : f32" + shape + R"(
      g : f32[2] = random(1); b : f32[2] = random(2); m : f32[2] = random(3); v : f32[2] = {0.25, 4}
      y = BatchNormInference(x, g, b, m, v) epsilon=0.001
      return y)",
                  "x : f32" + shape + "\n s : f32" + ones + " = any; t : f32" + ones + R"( = any
      m = Multiply(x, s)
      y = Add(m, t)
      return y)");
  }
}
TEST(DecomposeBatchNorm, LeavesOutAScaleOfOnesAndAShiftOfZeros) {
  ExpectRewrite(MakeDecomposeBatchNorm(), R"(
    x : f32[1,2,2,2]
    g : f32[2] = {2, 1}; b : f32[2] = {1, 2}; m : f32[2] = {1, 0}; v : f32[2] = {4, 1}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.0
    return y)",
                R"(
    x : f32[1,2,2,2]
    t : f32[1,2,1,1] = {0, 2}
    y = Add(x, t)
    return y)");
  ExpectRewrite(MakeDecomposeBatchNorm(), R"(
    x : f32[1,2,2,2]
    g : f32[2] = {2, 3}; b : f32[2] = {2, 0}; m : f32[2] = {2, 0}; v : f32[2] = {4, 1}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.0
    return y)",
                R"(
    x : f32[1,2,2,2]
    s : f32[1,2,1,1] = {1, 3}
    y = Multiply(x, s)
    return y)");
}
TEST(DecomposeBatchNorm, ComputesInDouble) {
  // In f32 the difference of mean * s and beta would be lost: 1 + 2^-23 is the last f32 above one.
  ExpectRewrite(MakeDecomposeBatchNorm(), R"(
    x : f32[1,1,1,1]
    g : f32[1] = {1}; b : f32[1] = {16777216}; m : f32[1] = {16777215}; v : f32[1] = {1}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.0
    return y)",
                "x : f32[1,1,1,1]; t : f32[1,1,1,1] = {1}; y = Add(x, t); return y");
}
TEST(DecomposeBatchNorm, KeepsStatisticsThatAreNoConstants) {
  ExpectUnchanged(MakeDecomposeBatchNorm(), R"(
    x : f32[1,2,2,2]; m : f32[2]
    g : f32[2] = random(1); b : f32[2] = random(2); v : f32[2] = {1, 1}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.001
    return y)",
                  "input 3 (mean) is no constant");
}
TEST(DecomposeBatchNorm, KeepsANegativeVariance) {
  ExpectUnchanged(MakeDecomposeBatchNorm(), R"(
    x : f32[1,2,2,2]
    g : f32[2] = random(1); b : f32[2] = random(2); m : f32[2] = random(3); v : f32[2] = {1, -1}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.001
    return y)",
                  "channel 1: variance + epsilon");
}
TEST(DecomposeBatchNorm, KeepsAScaleThatIsTooLargeForItsType) {
  ExpectUnchanged(MakeDecomposeBatchNorm(), R"(
    x : f16[1,1,2,2]
    g : f16[1] = {60000}; b : f16[1] = {0}; m : f16[1] = {0}; v : f16[1] = {0}
    y = BatchNormInference(x, g, b, m, v) epsilon=0.0001
    return y)",
                  "no finite number of type f16");
}

}  // namespace
}  // namespace moir::transforms

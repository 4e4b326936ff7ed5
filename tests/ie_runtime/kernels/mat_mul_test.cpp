#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

TEST(FullyConnectedKernel, FewRowsStreamManyRowsDoNot) {
  for (const int rows : {1, 2, 3, 4, 5, 33}) {
    for (const char* sizes : {"1,1", "10,800", "64,128", "65,31", "200,7"}) {
      const std::string text = sizes;
      const std::string outputs = text.substr(0, text.find(',')), inputs = text.substr(text.find(',') + 1);
      const EngineRun run = ExpectSameAsPlain(
          StrCat("x : f32[", rows, ",", inputs, "]; w : f32[", sizes, "] = random(1); b : f32[1,", outputs,
                 "] = random(2)\nm = MatMul(x, w) transpose_b=true\na = Add(m, b); r = ReLU(a); return r"));
      EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
      EXPECT_EQ(run.ExecType("m") == "stream", rows <= 4) << run.ExecType("m");
    }
  }
}

TEST(FullyConnectedKernel, WeightsAsTheyStand) {
  for (const int rows : {1, 7}) {
    const EngineRun run = ExpectSameAsPlain(StrCat(
        "x : f32[", rows, ",40]; w : f32[40,70] = random(1); b : f32[70] = random(2); s : f32[1,70] = random(3)\n",
        "m = MatMul(x, w); k = Multiply(m, s); a = Add(k, b); e = Elu(a) alpha=0.5; t = Tanh(e); return t"));
    EXPECT_EQ(run.StepCount("ScaleShift"), 0u);
  }
}

TEST(FullyConnectedKernel, PReluAlongTheColumns) {
  for (const int rows : {2, 9}) {
    ExpectSameAsPlain(StrCat("x : f32[", rows,
                             ",12]; w : f32[20,12] = random(1); s : f32[20] = random(2); m = MatMul(x, w) "
                             "transpose_b=true; p = PRelu(m, s); return p"));
  }
}

TEST(FullyConnectedKernel, HigherRankData) {
  // Slopes go along axis 1, which is not that of the weights' columns.
  ExpectSameAsPlain(
      "x : f32[2,3,5]; w : f32[4,5] = random(1); b : f32[4] = random(2); s : f32[3] = random(3); m = MatMul(x, w) "
      "transpose_b=true; a = Add(m, b); p = PRelu(a, s); return p");
  ExpectSameAsPlain(
      "x : f32[2,3,5]; w : f32[5,4] = random(1); b : f32[1,3,1] = random(2); m = MatMul(x, w); a = Add(m, b); return "
      "a");
}

TEST(MatMulKernel, StacksBroadcastAndTranspose) {
  for (const char* operands :
       {"a : f32[5,6]; b : f32[6,7]; m = MatMul(a, b)", "a : f32[6,5]; b : f32[6,7]; m = MatMul(a, b) transpose_a=true",
        "a : f32[2,5,6]; b : f32[2,7,6]; m = MatMul(a, b) transpose_b=true",
        "a : f32[3,1,5,6]; b : f32[4,6,7]; m = MatMul(a, b)",
        "a : f32[2,3,6,5]; b : f32[2,3,7,6]; m = MatMul(a, b) transpose_a=true transpose_b=true",
        "a : f32[6]; b : f32[6,7]; m = MatMul(a, b)", "a : f32[2,5,6]; b : f32[6]; m = MatMul(a, b)",
        "a : f32[4,6,5]; b : f32[6,7] = random(3); m = MatMul(a, b) transpose_a=true"}) {
    ExpectSameAsPlain(StrCat(operands, "; t = Tanh(m); return t"));
  }
}

}  // namespace
}  // namespace moir::runtime

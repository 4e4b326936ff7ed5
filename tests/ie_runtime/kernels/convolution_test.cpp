#include "ie_runtime/isa.h"
#include "tests/ie_runtime/convolution_cases.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

class ConvolutionKernel : public testing::TestWithParam<ConvolutionCase> {};
TEST_P(ConvolutionKernel, Bare) { ExpectSameAsPlain(ConvolutionText(GetParam(), "return c")); }
TEST_P(ConvolutionKernel, BiasAndRelu) {
  const EngineRun run = ExpectSameAsPlain(ConvolutionText(GetParam(), "a = Add(c, b); r = ReLU(a); return r"));
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
}
TEST_P(ConvolutionKernel, ScaleSumAndClamp) {
  // The other summand is computed by a convolution of its own, so that it has the same layout.
  const EngineRun run = ExpectSameAsPlain(ConvolutionText(
      GetParam(), "c2 = " + ConvolutionOp(GetParam()) + "(x, w) " + GetParam().attributes +
                      "\nt = Tanh(c2); m = Multiply(c, b); s = Add(m, t); r = Clamp(s) min=-0.5 max=3.0; return r"));
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
}
TEST_P(ConvolutionKernel, PReluAndSigmoid) {
  const EngineRun run = ExpectSameAsPlain(ConvolutionText(GetParam(), "p = PRelu(c, slope); s = Sigmoid(p); return s"));
  EXPECT_EQ(run.StepCount("PRelu") + run.StepCount("Unary"), 0u);
}
INSTANTIATE_TEST_SUITE_P(All, ConvolutionKernel, testing::ValuesIn(kConvolutionCases), ConvolutionCaseName);

TEST(ConvolutionSum, DoesNotDestroyASummandThatIsReadLater) {
  ExpectSameAsPlain(R"(
    x : f32[1,16,6,6]; w : f32[16,16,1,1] = random(1); w2 : f32[16,16,3,3] = random(2)
    a = Convolution(x, w); t = Tanh(a)
    c = Convolution(t, w2) pads_begin=[1,1] pads_end=[1,1]
    s = Add(c, t); r = ReLU(s)
    c3 = Convolution(t, w)
    return r, c3)");
}

TEST(ConvolutionSum, OfTheDataItself) {
  ExpectSameAsPlain(
      "x : f32[1,16,6,6]; w : f32[16,16,1,1] = random(1); c = Convolution(x, w); s = Add(c, x); return s");
}

TEST(ConvolutionWeights, ComputedOnesAreServedByThePlainEvaluation) {
  const EngineRun run = ExpectSameAsPlain("x : f32[1,4,6,6]; w : f32[5,4,3,3]; c = Convolution(x, w); return c");
  EXPECT_EQ(run.ExecType("c"), "plain");
  ExpectSameAsPlain(
      "x : f32[1,4,6,6]; w : f32[5,4,3,3]; b : f32[1,5,1,1] = random(1); s : f32[5] = random(2); y : f32[1,5,4,4]; p : "
      "i64[4] = {0,0,0,0}\n"
      "z = Pad(x, p, p); c = Convolution(z, w); a = Add(c, b); d = Add(a, y); q = PRelu(d, s); t = Tanh(q); return t");
}

// The kernel of a case, by name; an empty string when there is no such layer.
std::string KernelOf(const char* name) {
  for (const ConvolutionCase& c : kConvolutionCases) {
    if (std::string(c.name) == name) return ExpectSameAsPlain(ConvolutionText(c, "return c")).ExecType("c");
  }
  return "";
}

TEST(ConvolutionChoice, OurOwnWhereTheyAreFaster) {
  if (EffectiveIsa() < Isa::kAvx2) GTEST_SKIP() << "needs AVX2";
  EXPECT_EQ(KernelOf("winograd").rfind("winograd", 0), 0u);
  EXPECT_EQ(KernelOf("pointwise with many weights").rfind("packed", 0), 0u);
  EXPECT_EQ(KernelOf("pointwise with many weights and strides").rfind("packed", 0), 0u);
  EXPECT_NE(KernelOf("first layer").rfind("winograd", 0), 0u);
}

}  // namespace
}  // namespace moir::runtime

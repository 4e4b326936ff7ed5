#include "ie_runtime/isa.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

struct Case {
  const char* name;
  const char* data;     // shape
  const char* weights;  // shape
  const char* attributes;
  int64_t out_channels;
  bool grouped = false;
};

const Case kCases[] = {
    {"first layer", "1,3,19,17", "24,3,7,7", "strides=[2,2] pads_begin=[3,3] pads_end=[3,3]", 24},
    {"one channel", "1,1,12,12", "20,1,5,5", "", 20},
    {"odd channels", "1,7,9,11", "13,7,3,3", "pads_begin=[1,1] pads_end=[1,1]", 13},
    {"odd channels beyond a block", "2,33,8,8", "17,33,3,3", "pads_begin=[1,1] pads_end=[1,1]", 17},
    {"pointwise", "1,48,7,9", "64,48,1,1", "", 64},
    {"pointwise with many weights", "1,600,3,5", "520,600,1,1", "", 520},
    {"pointwise with many weights and strides", "2,520,5,6", "530,520,1,1", "strides=[2,2]", 530},
    {"pointwise with many weights and pads", "1,512,3,3", "520,512,1,1", "pads_begin=[1,0] pads_end=[0,2]", 520},
    {"pointwise with strides", "2,32,9,9", "48,32,1,1", "strides=[2,2]", 48},
    {"winograd", "1,64,14,14", "64,64,3,3", "pads_begin=[1,1] pads_end=[1,1]", 64},
    {"winograd, odd size, batch 2", "2,32,13,15", "48,32,3,3", "pads_begin=[1,1] pads_end=[1,1]", 48},
    {"winograd, no padding", "1,32,12,12", "32,32,3,3", "", 32},
    {"asymmetric pads", "1,16,9,9", "16,16,3,3", "pads_begin=[0,1] pads_end=[2,0]", 16},
    {"wide asymmetric pads", "1,32,9,9", "32,32,3,3", "pads_begin=[0,0] pads_end=[3,4]", 32},
    {"dilation", "1,16,15,15", "32,16,3,3", "dilations=[2,3] pads_begin=[2,3] pads_end=[2,3]", 32},
    {"strides that leave a rest", "1,16,10,11", "16,16,3,3", "strides=[2,3]", 16},
    {"rectangular", "1,16,9,21", "32,16,1,7", "pads_begin=[0,3] pads_end=[0,3]", 32},
    {"1-D", "2,16,30", "24,16,5", "strides=[2] pads_begin=[2] pads_end=[1]", 24},
    {"3-D", "1,4,6,7,8", "18,4,3,3,3", "strides=[1,2,1] pads_begin=[1,0,1] pads_end=[1,1,0]", 18},
    {"same upper", "1,16,10,10", "16,16,4,4", "strides=[2,2] auto_pad=\"same_upper\"", 16},
    {"same lower", "1,16,10,10", "16,16,4,4", "strides=[3,3] auto_pad=\"same_lower\"", 16},
    {"depthwise", "1,32,14,14", "32,1,1,3,3", "pads_begin=[1,1] pads_end=[1,1]", 32, true},
    {"depthwise, odd channels, strides", "2,21,11,11", "21,1,1,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]",
     21, true},
    {"depthwise, one element, odd channels", "2,77,6,14", "77,1,1,1,1", "", 77, true},
    {"depthwise multiplier", "1,8,9,9", "8,2,1,3,3", "", 16, true},
    {"groups of whole blocks", "1,64,8,8", "4,16,16,3,3", "pads_begin=[1,1] pads_end=[1,1]", 64, true},
    {"groups of odd channels", "1,20,8,8", "4,3,5,3,3", "pads_begin=[1,1] pads_end=[1,1]", 12, true},
    {"small groups", "2,32,8,8", "8,4,4,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 32, true},
};

std::string Text(const Case& c, const std::string& tail) {
  std::string channels = StrCat("1,", c.out_channels);
  for (const char* p = c.data; *p; ++p) channels += *p == ',' ? ",1" : "";
  channels.resize(channels.size() - 2);  // as many axes as the data has
  return StrCat("x : f32[", c.data, "]\nw : f32[", c.weights, "] = random(1)\nb : f32[", channels,
                "] = random(2)\nslope : f32[", c.out_channels,
                "] = random(3)\nc = ", c.grouped ? "GroupConvolution" : "Convolution", "(x, w) ", c.attributes, "\n",
                tail);
}

class ConvolutionKernel : public testing::TestWithParam<Case> {};
TEST_P(ConvolutionKernel, Bare) { ExpectSameAsPlain(Text(GetParam(), "return c")); }
TEST_P(ConvolutionKernel, BiasAndRelu) {
  const EngineRun run = ExpectSameAsPlain(Text(GetParam(), "a = Add(c, b); r = ReLU(a); return r"));
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
}
TEST_P(ConvolutionKernel, ScaleSumAndClamp) {
  // The other summand is computed by a convolution of its own, so that it has the same layout.
  const EngineRun run = ExpectSameAsPlain(Text(
      GetParam(), std::string("c2 = ") + (GetParam().grouped ? "GroupConvolution" : "Convolution") + "(x, w) " +
                      GetParam().attributes +
                      "\nt = Tanh(c2); m = Multiply(c, b); s = Add(m, t); r = Clamp(s) min=-0.5 max=3.0; return r"));
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
}
TEST_P(ConvolutionKernel, PReluAndSigmoid) {
  const EngineRun run = ExpectSameAsPlain(Text(GetParam(), "p = PRelu(c, slope); s = Sigmoid(p); return s"));
  EXPECT_EQ(run.StepCount("PRelu") + run.StepCount("Unary"), 0u);
}
std::string CaseName(const testing::TestParamInfo<Case>& test) {
  std::string name = test.param.name;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(All, ConvolutionKernel, testing::ValuesIn(kCases), CaseName);

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

// kCases by name; an empty string when there is no such layer.
std::string KernelOf(const char* name) {
  for (const Case& c : kCases) {
    if (std::string(c.name) == name) return ExpectSameAsPlain(Text(c, "return c")).ExecType("c");
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

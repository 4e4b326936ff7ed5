// What the engine's passes fuse and what they must leave alone. Numbers are compared in every case.
#include "ie_runtime/isa.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

const std::string kConvolution =
    "x : f32[1,4,8,8]; w : f32[6,4,3,3] = random(1); c = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]\n";

size_t Steps(const EngineRun& run) {
  size_t count = 0;
  for (const Step& step : run.compiled->Steps()) count += step.type != "Reorder";
  return count;
}

TEST(FuseBias, AddsMultipliesAndBatchNormBecomeWeightsAndBias) {
  for (const char* tail :
       {"b : f32[1,6,1,1] = random(2); r = Add(c, b)", "b : f32[6,1,1] = random(2); r = Add(b, c)",
        "b : f32[1,6,1,1] = random(2); r = Multiply(c, b)", "b : f32[1,6,1,1] = random(2); r = Subtract(c, b)",
        "b : f32[1,6,1,1] = random(2); r = Subtract(b, c)",
        "b : f32[1,6,1,1] = random(2); m = Multiply(c, b); a = Add(m, b); n = Multiply(a, b); r = Add(n, b)",
        "g : f32[6] = random(2); v : f32[6] = fill(2); r = BatchNormInference(c, g, g, g, v) epsilon=0.01"}) {
    EXPECT_EQ(Steps(ExpectSameAsPlain(kConvolution + tail + "; return r")), 1u) << tail;
  }
}

TEST(FuseBias, NotWhenSomethingElseReadsTheConvolution) {
  const EngineRun run =
      ExpectSameAsPlain(kConvolution + "b : f32[1,6,1,1] = random(2); r = Add(c, b); s = Add(c, r); return r, s");
  EXPECT_GT(Steps(run), 1u);
}

TEST(FuseBias, NotAcrossAnActivation) {
  const EngineRun run =
      ExpectSameAsPlain(kConvolution + "b : f32[1,6,1,1] = random(2); a = ReLU(c); r = Multiply(a, b); return r");
  EXPECT_EQ(run.StepCount("ScaleShift"), 1u);
}

TEST(FuseBias, NotForAnotherBroadcast) {
  ExpectSameAsPlain(kConvolution + "b : f32[8] = random(2); r = Add(c, b); return r");
  ExpectSameAsPlain(kConvolution + "b : f32[1,6,8,8] = random(2); r = Add(c, b); return r");
  // As many numbers as channels, but along the last axis.
  ExpectSameAsPlain(
      "x : f32[1,4,6,6]; w : f32[6,4,1,1] = random(1); c = Convolution(x, w); b : f32[6] = random(2); r = Add(c, b); q "
      "= Multiply(c, b); return r, q");
}

TEST(FuseBias, OfRowsOfAMatMulOfAnyRank) {
  const std::string product =
      "x : f32[5,2,6]; w : f32[6,8] = random(1); k : f32[8] = random(2); r : f32[1,1,8] = random(3); "
      "c : f32[5,1,1] = random(4); l : f32[2,8] = random(5); m = MatMul(x, w); ";
  for (const char* sum :
       {"s = Add(m, k); return s", "s = Add(r, m); return s", "s = Add(m, k); t = Tanh(s); return t",
        "s = Add(m, k); t = Gelu(s); return t", "s = Add(m, r); t = Clamp(s) min=-0.5 max=0.5; return t"})
    EXPECT_EQ(Steps(ExpectSameAsPlain(product + sum, 1e-5)), 1u) << sum;
  for (const char* sum : {"s = Add(m, c); return s", "s = Add(m, l); return s", "s = Add(m, k); return s, m"})
    EXPECT_EQ(Steps(ExpectSameAsPlain(product + sum, 1e-5)), 2u) << sum;
  EXPECT_EQ(Steps(ExpectSameAsPlain(product + "s = Add(m, k); t = Add(s, r); return t", 1e-5)), 2u);
}

TEST(FuseSum, TheLaterConvolutionTakesIt) {
  EXPECT_EQ(Steps(ExpectSameAsPlain(
                kConvolution +
                "d = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]; s = Add(c, d); r = ReLU(s); return r")),
            2u);
  EXPECT_EQ(Steps(ExpectSameAsPlain(
                kConvolution +
                "t = Sigmoid(x); w2 : f32[6,4,1,1] = random(3); d = Convolution(t, w2); s = Add(d, c); return s")),
            3u);
}

TEST(FuseSum, NotWithBroadcastOrTwice) {
  ExpectSameAsPlain(kConvolution + "y : f32[1,6,1,1]; s = Add(c, y); return s");
  ExpectSameAsPlain(kConvolution + "s = Add(c, c); return s");
  // An activation between the convolution and the sum.
  ExpectSameAsPlain(kConvolution + "y : f32[1,6,8,8]; a = ReLU(c); s = Add(a, y); r = Tanh(s); return r");
  ExpectSameAsPlain(kConvolution + "y : f32[1,6,8,8]; z : f32[1,6,8,8]; s = Add(c, y); t = Add(s, z); return t");
}

TEST(FuseUnary, ChainsOfActivations) {
  EXPECT_EQ(Steps(ExpectSameAsPlain(
                kConvolution + "a = Tanh(c); b = Abs(a); k : f32[] = {3}; d = Multiply(b, k); e = ReLU(d); return e")),
            1u);
  const EngineRun apart = ExpectSameAsPlain(kConvolution + "a = Tanh(c); return a, c");
  EXPECT_EQ(apart.StepCount("Unary"), 1u);
}

// Post-ops of one kind share their numbers in oneDNN 2.6.
TEST(FuseUnary, FunctionsOfOneKindWithOtherNumbers) {
  const std::string numbers = "k : f32[1,1] = {1.7}; l : f32[] = {0.3}; ";
  for (const char* steps :
       {"m = Multiply(c, k); s = Add(m, l); return s", "m = Add(c, k); s = Multiply(m, l); return s",
        "m = Multiply(c, k); r = Tanh(m); s = Add(r, l); return s",
        "m = Clamp(c) min=-0.5 max=0.5; r = Tanh(m); s = Clamp(r) min=-0.1 max=0.2; return s",
        "m = Elu(c) alpha=0.5; s = Elu(m) alpha=2.0; return s", "m = Swish(c, k); s = Swish(m, l); return s",
        "m = Multiply(c, k); s = Add(m, l); h = HSwish(s); q = Multiply(h, l); r = Add(q, k); return r"}) {
    ExpectSameAsPlain(numbers + kConvolution + steps);
    ExpectSameAsPlain(numbers + "x : f32[2,6]; w : f32[6,4] = random(1); c = MatMul(x, w); " + steps);
  }
  EXPECT_EQ(Steps(ExpectSameAsPlain(numbers + kConvolution + "m = Multiply(c, k); s = Add(m, l); return s")), 1u);
}

TEST(FusePad, ZerosOnSpatialAxesOnly) {
  const std::string convolution =
      "; w : f32[6,4,3,3] = random(1); c = Convolution(p, w) pads_begin=[1,0] pads_end=[0,1]; return c";
  const std::string pads = "x : f32[1,4,6,6]; b : i64[4] = {0,0,1,2}; e : i64[4] = {0,0,0,3}; ";
  EXPECT_EQ(ExpectSameAsPlain(pads + "p = Pad(x, b, e)" + convolution).StepCount("Pad"), 0u);
  EXPECT_EQ(ExpectSameAsPlain(pads + "v : f32[] = {1}; p = Pad(x, b, e, v)" + convolution).StepCount("Pad"), 1u);
  EXPECT_EQ(ExpectSameAsPlain(pads + "p = Pad(x, b, e) pad_mode=\"edge\"" + convolution).StepCount("Pad"), 1u);
  EXPECT_EQ(
      ExpectSameAsPlain(pads + "p = Pad(x, b, e); w : f32[6,4,3,3] = random(1); c = Convolution(p, w); return c, p")
          .StepCount("Pad"),
      1u);
  EXPECT_EQ(ExpectSameAsPlain("x : f32[1,3,6,6]; b : i64[4] = {0,1,0,0}; e : i64[4] = {0,0,0,0}; p = Pad(x, b, e)" +
                              convolution)
                .StepCount("Pad"),
            1u);
}

// Two steps of an LSTM. In `gates` and `cell`, @ is the step; `gates` orders the pieces of the split by name.
std::string Lstm(const std::string& gates, int64_t batch, int64_t hidden,
                 const std::string& cell = "s@ = Multiply(sf@, c@); t@ = Multiply(si@, tg@); c# = Add(s@, t@)") {
  const std::string b = std::to_string(batch), n = std::to_string(hidden), all = std::to_string(4 * hidden);
  std::string text = "x : f32[" + b + ",7]; c0 : f32[" + b + "," + n + "]; h0 : f32[" + b + "," + n + "]; w : f32[7," +
                     all + "] = random(1); r : f32[" + n + "," + all + "] = random(2); k : f32[" + all +
                     "] = random(3); axis : i64[] = {1}; ";
  const auto piece = [&](char gate) { return "p@." + std::to_string(gates.find(gate)); };
  const std::string step =
      "v@ = MatMul(x, w); q@ = MatMul(h@, r); z@ = Add(q@, k); a@ = Add(v@, z@); "
      "p@ = Split(a@, axis) num_splits=4; si@ = Sigmoid(" +
      piece('i') + "); sf@ = Sigmoid(" + piece('f') + "); tg@ = Tanh(" + piece('g') + "); so@ = Sigmoid(" + piece('o') +
      "); " + cell + "; u@ = Tanh(c#); h# = Multiply(so@, u@); ";
  for (const char now : {'0', '1'}) {
    for (const char c : step) text += c == '@' ? now : c == '#' ? static_cast<char>(now + 1) : c;
  }
  return text + "return h2, c2";
}

TEST(FuseLstmGates, GatesInAnyOrderAndOperandsEitherWay) {
  for (const char* gates : {"ifgo", "fiog", "ogfi"}) {
    for (const auto& [batch, hidden] : std::vector<std::pair<int64_t, int64_t>>{{1, 100}, {3, 5}, {2, 300}, {70, 33}}) {
      const EngineRun run = ExpectSameAsPlain(Lstm(gates, batch, hidden), 1e-5);
      EXPECT_EQ(run.StepCount("LstmGates"), 2u) << gates;
      EXPECT_EQ(run.StepCount("Unary") + run.StepCount("Split") + run.StepCount("Multiply"), 0u) << gates;
    }
  }
  for (const char* cell : {"s@ = Multiply(c@, sf@); t@ = Multiply(tg@, si@); c# = Add(t@, s@)",
                           "s@ = Multiply(sf@, c@); t@ = Multiply(tg@, si@); c# = Add(s@, t@)"})
    EXPECT_EQ(ExpectSameAsPlain(Lstm("ifgo", 2, 24, cell), 1e-5).StepCount("LstmGates"), 2u) << cell;
}

TEST(FuseLstmGates, NotWhenSomethingElseReadsAGateOrComputesOtherwise) {
  const std::string text = Lstm("ifgo", 2, 24);
  const auto fused = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return ExpectSameAsPlain(other, 1e-5).StepCount("LstmGates");
  };
  EXPECT_EQ(fused("return h2", "return so0, h2"), 1u);
  EXPECT_EQ(fused("return h2", "return p1.1, h2"), 1u);
  EXPECT_EQ(fused("return h2", "return s1, h2"), 1u);
  EXPECT_EQ(fused("return h2", "return a0, h2"), 2u) << "another reads the sum, the rest is fused";
  EXPECT_EQ(fused("return h2", "return u1, h2"), 1u);
  EXPECT_EQ(fused("tg0 = Tanh", "tg0 = ReLU"), 1u);
  EXPECT_EQ(fused("u1 = Tanh", "u1 = Sigmoid"), 1u);
  EXPECT_EQ(fused("c2 = Add", "c2 = Subtract"), 1u);
  EXPECT_EQ(fused("so1 = Sigmoid(p1.3)", "so1 = Sigmoid(p1.0)"), 1u) << "one piece for two gates";
}

TEST(PackedWeights, OfStepsThatShareThemAreThereOnce) {
  const auto bytes = [](const std::string& steps) {
    const EngineRun run =
        ExpectSameAsPlain("x : f32[1,64]; w : f32[64,64] = random(1); h = MatMul(x, w); " + steps, 1e-5);
    return run.compiled->WeightBytes();
  };
  const size_t once = bytes("return h");
  EXPECT_GE(once, 64u * 64 * 4);
  EXPECT_EQ(bytes("i = MatMul(h, w); j = MatMul(i, w); return j"), once);
  EXPECT_EQ(bytes("v : f32[64,64] = random(2); i = MatMul(h, v); j = MatMul(i, w); return j"), 2 * once);
}

// The kernel of the layer c, which takes a prologue from CPUs with AVX2 on.
std::string PointwiseKernel(const std::string& steps) {
  const std::string constants =
      "w : f32[48,32,1,1] = random(1); d : f32[32,1,1,3,3] = random(2); k : f32[1,32,1,1] = random(3); "
      "b : f32[1,48,1,1] = random(4); l : f32[1,32,1,1] = random(5); p : f32[32] = random(6); x : f32[1,32,30,29]; ";
  return ExpectSameAsPlain(constants + steps, 1e-5).ExecType("c");
}

TEST(FusePrologue, DepthwiseConvolutionsAndScaleShiftsBeforeAFilterOfOnePixel) {
  const bool fuses = EffectiveIsa() >= Isa::kAvx2;
  const std::string depthwise = "g = GroupConvolution(x, d) pads_begin=[1,1] pads_end=[1,1]; ";
  const auto starts = [&](const std::string& steps, const std::string& kernel) {
    const std::string found = PointwiseKernel(steps);
    EXPECT_EQ(found.rfind(kernel, 0) == 0, fuses) << steps << ": " << found;
  };
  starts(depthwise + "c = Convolution(g, w); return c", "packed_depthwise");
  starts(depthwise + "a = Add(g, k); r = ReLU(a); c = Convolution(r, w); t = Add(c, b); u = ReLU(t); return u",
         "packed_depthwise");
  starts(depthwise + "r = PRelu(g, p); c = Convolution(r, w); return c", "packed_depthwise");
  starts("g = GroupConvolution(x, d) strides=[2,2]; r = Clamp(g) min=0.0 max=6.0; c = Convolution(r, w); return c",
         "packed_depthwise");
  starts("m = Multiply(x, k); a = Add(m, l); r = ReLU(a); c = Convolution(r, w); return c", "packed_affine");
  starts("m = Multiply(x, k); c = Convolution(m, w); y = Convolution(x, w); s = Add(c, y); return s", "packed_affine");
}

TEST(FusePrologue, NotWhenAnotherReadsItOrTheFilterIsLarger) {
  const std::string depthwise = "g = GroupConvolution(x, d) pads_begin=[1,1] pads_end=[1,1]; ";
  for (const std::string& steps :
       {depthwise + "c = Convolution(g, w); return c, g", depthwise + "r = Tanh(g); c = Convolution(r, w); return c",
        depthwise + "c = Convolution(g, w) strides=[2,2]; return c",
        depthwise + "c = Convolution(g, w) pads_begin=[1,1] pads_end=[1,1]; return c",
        std::string("v : f32[16,32,3,3] = random(7); m = Multiply(x, k); c = Convolution(m, v); return c"),
        std::string("e : f32[16,2,2,3,3] = random(8); g = GroupConvolution(x, e); c = Convolution(g, w); return c"),
        std::string("g = GroupConvolution(x, d) dilations=[2,2]; c = Convolution(g, w); return c")}) {
    const std::string kernel = PointwiseKernel(steps);
    EXPECT_EQ(kernel.find("packed_"), std::string::npos) << steps << ": " << kernel;
  }
}

TEST(Plan, HardSigmoidBecomesWhatLayersFinishWith) {
  const std::string net = "x : f32[1,4,5,5]; w : f32[6,4,3,3] = random(1); a : f32[1] = {0.3}; b : f32[] = {0.4}; ";
  const EngineRun run = ExpectSameAsPlain(net + "c = Convolution(x, w); h = HardSigmoid(c, a, b); return h");
  EXPECT_EQ(run.compiled->Steps().size(), 2u);  // and one that gives the result its plain layout
  ExpectSameAsPlain(net + "h = HardSigmoid(x, a, b); g = HardSigmoid(h, b, a); return h, g");
  // Numbers that the model computes.
  EXPECT_EQ(ExpectSameAsPlain("x : f32[2,3]; a : f32[1]; b : f32[1]; h = HardSigmoid(x, a, b); return h").ExecType("h"),
            "plain");
}

TEST(Plan, ConstantsAreFoldedAndHalfFloatsWidened) {
  const EngineRun run = ExpectSameAsPlain(
      "x : f32[2,3]; k : f32[3] = random(1); e = Exp(k); s = ShapeOf(x); y = Multiply(x, e); return y, s");
  EXPECT_EQ(run.StepCount("Unary") + run.StepCount("ShapeOf"), 0u);
  const auto graph = graph::ParseGraph("x : f16[2,3]; k : f16[1,3] = random(1); y = Multiply(x, k); return y");
  const CompiledGraph compiled(graph->Clone(), CompileOptions{1, false});
  EXPECT_EQ(compiled.Inputs()[0].type, ElementType::kF32);
  EXPECT_EQ(compiled.Outputs()[0].type, ElementType::kF32);
}

}  // namespace
}  // namespace moir::runtime

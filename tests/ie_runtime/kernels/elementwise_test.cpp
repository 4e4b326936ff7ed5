#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

// Data as it comes from a convolution with `channels` output channels: blocked, with padding when they are odd.
std::string BehindConvolution(int channels, const std::string& tail, const char* batch = "1") {
  return StrCat("x : f32[", batch, ",5,6,7]; w : f32[", channels, ",5,1,1] = random(1); c = Convolution(x, w)\n", tail);
}

TEST(UnaryKernel, EveryFunctionInEveryLayout) {
  const char* functions[] = {"ReLU(y)",          "Clamp(y) min=-0.25 max=0.5",
                             "Elu(y) alpha=0.7", "Sigmoid(y)",
                             "Tanh(y)",          "Exp(y)",
                             "Abs(y)",           "Negative(y)",
                             "SoftPlus(y)",      "Gelu(y)",
                             "Floor(y)",         "Ceiling(y)",
                             "Sin(y)",           "Cos(y)",
                             "Erf(y)",           "SoftSign(y)",
                             "Atan(y)",          "Sinh(y)",
                             "Cosh(y)",          "Asinh(y)",
                             "Tan(y)",           "Gelu(y) approximation_mode=\"TANH\"",
                             "Swish(y)",         "HSwish(y)",
                             "Mish(y)",          "HSigmoid(y)"};
  for (const char* function : functions) {
    // The pooling keeps the function from becoming a post-op.
    ExpectSameAsPlain(
        BehindConvolution(19, StrCat("y = MaxPool(c) kernel=[2,2]; z = ", function,
                                     "; w2 : f32[3,19,3,3] = random(2); d = Convolution(z, w2); return z, d")));
    ExpectSameAsPlain(StrCat("y : f32[3,50]; z = ", function, "; return z"));
    ExpectSameAsPlain(StrCat("y : f32[7]; z = ", function, "; return z"));
  }
  for (const char* function : {"Sqrt(a)", "Log(a)", "Acosh(b)"}) {
    ExpectSameAsPlain(StrCat(
        "y : f32[2,9,3]; k : f32[1] = {0.5}; e = Exp(y); a = Multiply(e, k); k2 : f32[1] = {1.0}; b = Add(e, k2); z = ",
        function, "; return z"));
  }
  for (const char* function : {"Acos(y)", "Asin(y)", "Atanh(y)", "Sign(y)", "Round(y)"})
    ExpectSameAsPlain(StrCat("y : f32[2,9]; z = ", function, "; return z"));
}

TEST(UnaryKernel, ArithmeticWithOneNumber) {
  for (const char* step : {"Add(y, k)", "Add(k, y)", "Subtract(y, k)", "Subtract(k, y)", "Multiply(y, k)",
                           "Divide(y, k)", "Divide(k, y)", "Maximum(y, k)", "Minimum(k, y)", "Power(y, k)"}) {
    for (const char* number : {"0.5", "2", "3", "1"}) {
      ExpectSameAsPlain(StrCat("x : f32[1,3,4]; k : f32[1] = {", number,
                               "}; y = Exp(x); m = MaxPool(y) kernel=[2]; z = ", step, "; q = ", step,
                               "; return z, m, q"));
    }
  }
  // A number of higher rank gives the result another shape.
  ExpectSameAsPlain("y : f32[3,4]; k : f32[1,1,1] = {2}; z = Multiply(y, k); return z");
}

TEST(ScaleShiftKernel, PlainBlockedAndPadded) {
  for (const int channels : {16, 19, 48}) {
    const EngineRun run = ExpectSameAsPlain(BehindConvolution(
        channels, StrCat("p = MaxPool(c) kernel=[2,2]; s : f32[1,", channels, ",1,1] = random(3); h : f32[", channels,
                         ",1,1] = random(4); sl : f32[", channels,
                         "] = random(5)\nm = Multiply(p, s); a = Add(m, h); r = PRelu(a, sl); w2 : f32[3,", channels,
                         ",1,1] = random(2); d = Convolution(r, w2); return d")));
    EXPECT_EQ(run.StepCount("ScaleShift"), 1u);
    EXPECT_EQ(run.StepCount("Multiply") + run.StepCount("Add") + run.StepCount("PRelu"), 0u);
  }
  ExpectSameAsPlain(
      "x : f32[2,5]; s : f32[5] = random(1); h : f32[1,5] = random(2); m = Multiply(x, s); a = Subtract(h, m); return "
      "a");
  ExpectSameAsPlain("x : f32[3,5,2,2,3]; s : f32[1,5,1,1,1] = random(1); m = Multiply(s, x); q = Sigmoid(m); return q");
  ExpectSameAsPlain(
      "x : f32[2,4,5,5]; g : f32[4] = random(1); b : f32[4] = random(2); m : f32[4] = random(3); v : f32[4] = "
      "{0.5,1,2,3}; n = BatchNormInference(x, g, b, m, v) epsilon=0.001; return n");
}

// A ReLU behind the scale runs in the same loop: plain, blocked by whole vectors and odd.
TEST(ScaleShiftKernel, WithReluBehind) {
  for (const int channels : {7, 16, 32, 48}) {
    const std::string affine = StrCat("s : f32[", channels, ",1,1] = random(3); h : f32[", channels,
                                      ",1,1] = random(4)\nm = Multiply(p, s); a = Add(m, h); r = ReLU(a)\n");
    const EngineRun run = ExpectSameAsPlain(
        BehindConvolution(channels, StrCat("p = MaxPool(c) kernel=[2,2]; ", affine, "w2 : f32[3,", channels,
                                           ",1,1] = random(2); d = Convolution(r, w2); return d")));
    EXPECT_EQ(run.StepCount("ScaleShift"), 1u);
    EXPECT_EQ(run.StepCount("Unary"), 0u);
    ExpectSameAsPlain(StrCat("p : f32[2,", channels, ",3,5]; ", affine, "return r"));
  }
}

TEST(PReluKernel, Alone) {
  ExpectSameAsPlain("x : f32[2,5,3]; s : f32[5] = random(1); p = PRelu(x, s); return p");
  ExpectSameAsPlain("x : f32[2,5,3]; s : f32[1] = {0.25}; p = PRelu(x, s); return p");
  ExpectSameAsPlain("x : f32[2,5,3]; s : f32[5,3] = random(1); p = PRelu(x, s); return p");
}

TEST(BinaryKernel, EqualShapesKeepTheLayout) {
  for (const char* op : {"Add", "Subtract", "Multiply", "Divide", "Maximum", "Minimum", "SquaredDifference"}) {
    for (const int channels : {16, 19}) {
      ExpectSameAsPlain(BehindConvolution(
          channels,
          StrCat("p = MaxPool(c) kernel=[2,2]; q = AvgPool(c) kernel=[2,2] exclude-pad=true; e = Exp(q); z = ", op,
                 "(p, e); r = ReLU(z); w2 : f32[3,", channels, ",1,1] = random(2); d = Convolution(r, w2); return d")));
    }
    ExpectSameAsPlain(StrCat("x : f32[4,6]; y : f32[4,6]; e = Exp(y); z = ", op, "(x, e); return z"));
    ExpectSameAsPlain(StrCat("x : f32[]; y : f32[]; e = Exp(y); z = ", op, "(x, e); return z"));
  }
}

TEST(BinaryKernel, AnOperandThatIsReadAgainIsNotOverwritten) {
  ExpectSameAsPlain(
      "x : f32[4,6]; y : f32[4,6]; a = Tanh(x); b = Tanh(y); s = Add(a, b); t = Multiply(a, s); u = Subtract(a, a); "
      "return t, u");
}

TEST(BinaryKernel, GatesOfSqueezeAndExcitation) {
  for (const char* batch : {"1", "2"}) {
    for (const int channels : {16, 19, 64}) {
      const EngineRun run = ExpectSameAsPlain(BehindConvolution(
          channels,
          StrCat("axes : i64[2] = {2,3}; g = ReduceMean(c, axes) keep_dims=true; w2 : f32[", channels, ",", channels,
                 ",1,1] = random(2); f = Convolution(g, w2); s = Sigmoid(f); z = Multiply(c, s); zz = Subtract(s, c); "
                 "return z, zz"),
          batch));
      EXPECT_EQ(run.ExecType("z"), "vector");
    }
  }
}

TEST(BinaryKernel, AnyBroadcast) {
  for (const char* shapes :
       {"x : f32[2,3,4]; y : f32[4]", "x : f32[2,3,4]; y : f32[3,1]", "x : f32[2,1,4]; y : f32[3,1]",
        "x : f32[1]; y : f32[2,3]", "x : f32[5,1,3]; y : f32[1,4,1]", "x : f32[2,3,4,5]; y : f32[1,3,1,5]",
        "x : f32[]; y : f32[2,2]", "x : f32[2,3,4]; y : f32[3,4] = random(5)"}) {
    for (const char* op : {"Add", "Subtract", "Multiply", "Maximum"})
      ExpectSameAsPlain(StrCat(shapes, "; z = ", op, "(x, y); q = Tanh(z); return q"));
  }
}

TEST(BinaryKernel, PowersAndRemainders) {
  for (const char* shapes : {"x : f32[3000]; y : f32[3000]", "x : f32[2,3,4]; y : f32[3,1]", "x : f32[]; y : f32[2,2]",
                             "x : f32[2,1030,3]; y : f32[1]", "x : f32[1,4,3,3]; y : f32[1,4,1,1]"}) {
    // Powers of positive numbers; remainders by both signs, and of numbers beyond the divisor.
    const EngineRun power =
        ExpectSameAsPlain(StrCat(shapes, "; e = Exp(x); z = Power(e, y); q = Tanh(z); return z, q"));
    EXPECT_EQ(power.ExecType("z"), "math");
    for (const char* op : {"FloorMod", "Mod", "Atan2"}) {
      const EngineRun run = ExpectSameAsPlain(StrCat(shapes, "; k : f32[1] = {7.5}; m = Multiply(x, k); z = ", op,
                                                     "(m, y); w = ", op, "(y, m); return z, w"));
      EXPECT_EQ(run.ExecType("z"), "math");
    }
  }
  // Zero and negative bases and divisors, infinities and NaN.
  for (const char* op : {"Power", "FloorMod", "Mod", "Atan2"}) {
    ExpectSameAsPlain(
        StrCat("x : f32[7,1]; z : f32[1] = {0}; n = Multiply(x, z); k : f32[7,1] = {0, -2, 2, 0.5, -0.5, 1e38, -1e38}; "
               "a = Add(n, "
               "k); t : f32[7] = {0, -2, 2, 0.5, 3, 1e38, -1e38}; big : f32[1] = {1e3}; c = Multiply(a, big); y = ",
               op, "(a, t); v = ", op, "(c, t); w = ", op, "(t, c); return y, v, w"));
  }
}

TEST(UnaryKernel, SignsRoundingAndClasses) {
  const std::string data =
      "x : f32[3,700]; z : f32[1] = {0}; n = Multiply(x, z); k : f32[3,1] = {0.5, -1.5, 2.5}; h = Add(n, k); "
      "i = Divide(x, z); f = Subtract(i, i); ";
  for (const char* function : {"Sign", "Round", "IsNaN", "IsInf", "IsFinite"}) {
    const EngineRun run = ExpectSameAsPlain(StrCat(data, "a = ", function, "(x); b = ", function, "(h); c = ", function,
                                                   "(i); d = ", function, "(f); return a, b, c, d"));
    EXPECT_EQ(run.ExecType("a"), "vector") << function;
  }
  ExpectSameAsPlain(
      data + "a = Round(x) mode=\"half_away_from_zero\"; b = Round(h) mode=\"half_away_from_zero\"; return a, b");
  ExpectSameAsPlain(data +
                    "a = IsInf(i) detect_positive=false; b = IsInf(i) detect_negative=false; c = IsInf(i) "
                    "detect_negative=false detect_positive=false; return a, b, c");
  const EngineRun run =
      ExpectSameAsPlain("x : f32[5,9]; z : f32[1] = {0}; g = Greater(x, z); y = LogicalNot(g); return y, g");
  EXPECT_EQ(run.ExecType("y"), "vector");
  // Integers are computed plainly.
  ExpectSameAsPlain("x : i32[5]; y = Sign(x); return y");
}

TEST(BinaryKernel, IntegersAndComparisonsArePlain) {
  ExpectSameAsPlain("x : i64[2,3]; y : i64[3]; z = Add(x, y); return z");
  ExpectSameAsPlain("x : f32[2,3]; y : f32[3]; z = Greater(x, y); s = Select(z, x, y); return z, s");
}

// A gate of fewer channels than a block has, for several pictures.
TEST(BinaryKernel, GatesOfFewChannelsInBlocks) {
  for (const char* channels : {"1", "3", "20"}) {
    for (const char* gates : {"1", "3"}) {
      ExpectSameAsPlain(StrCat("x : f32[3,2,5,4]; w : f32[", channels,
                               ",2,1,1] = random(1); c = Convolution(x, w); g : f32[", gates, ",", channels,
                               ",1,1]; m = Multiply(c, g); r = Subtract(g, m); return r"));
    }
  }
}

}  // namespace
}  // namespace moir::runtime

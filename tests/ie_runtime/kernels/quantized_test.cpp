// Quantize, QuantizedConvolution and Convert: integers equal to the plain evaluation's, whatever kernel runs.
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

// u8 or i8 data over the whole type, made from a parameter.
std::string Integers(const char* name, const char* type, const char* shape, const char* source) {
  return StrCat(source, " : f32[", shape, "]; ", name, "_scale : f32[1] = {", type[0] == 'u' ? "255" : "150", "}; ",
                name, " = Quantize(", source, ", ", name, "_scale) destination_type=\"", type, "\"\n");
}

TEST(QuantizeKernel, TypesAndRounding) {
  for (const char* type : {"i8", "u8", "i32", "f32"}) {
    for (const char* shape : {"7", "2,1025", "2,3,4,5"}) {
      for (const char* scale : {"0.5", "100", "300", "-3e9"}) {
        const EngineRun run =
            ExpectSameAsPlain(StrCat("x : f32[", shape, "]; s : f32[1] = {", scale,
                                     "}; q = Quantize(x, s) destination_type=\"", type, "\"; return q"));
        EXPECT_EQ(run.ExecType("q"), "vector");
      }
    }
  }
  // Halves, infinities and NaN.
  ExpectSameAsPlain(
      "x : f32[6]; k : f32[6] = {0.5, 1.5, -0.5, -2.5, 126.5, 127.5}; z : f32[1] = {0}; m = Multiply(x, z); a = Add(m, "
      "k); s : f32[1] = {1}; q = Quantize(a, s) destination_type=\"i8\"; u = Quantize(a, s) destination_type=\"u8\"; "
      "return q, u");
  ExpectSameAsPlain(
      "x : f32[6]; z : f32[1] = {0}; d = Divide(x, z); e = Multiply(d, z); s : f32[1] = {1}; q = Quantize(d, s) "
      "destination_type=\"i8\"; n = Quantize(e, s) destination_type=\"u8\"; i = Quantize(d, s) "
      "destination_type=\"i32\"; return q, n, i");
}

TEST(QuantizeKernel, ScaleBiasAndAddendPerChannel) {
  for (const char* channels : {"1", "3", "20"}) {
    const std::string scale = StrCat("s : f32[1,", channels, ",1,1] = random(1); b : f32[1,", channels,
                                     ",1,1] = random(2); one : f32[1] = {90}; none : f32[0] = {}\n");
    const std::string data = StrCat("x : f32[2,", channels, ",5,7]; h : f32[1] = {70}; s70 = Multiply(s, h)\n");
    ExpectSameAsPlain(StrCat(scale, data, "q = Quantize(x, s70, b) destination_type=\"i8\"; return q"));
    ExpectSameAsPlain(StrCat(scale, data, "q = Quantize(x, one, b) destination_type=\"u8\" relu=true; return q"));
    ExpectSameAsPlain(
        StrCat(scale, data, "q = Quantize(x, s70) destination_type=\"i8\" negative_slope=0.25; return q"));
    ExpectSameAsPlain(StrCat(scale, data,
                             "t = Quantize(x, one) destination_type=\"i8\"; q = Quantize(x, s70, b, t) "
                             "destination_type=\"u8\" addend_scale=0.7 negative_slope=0.0 relu=true; return q"));
    ExpectSameAsPlain(
        StrCat(scale, data, "q = Quantize(x, s70, none, b) destination_type=\"i8\" addend_scale=20.0; return q"));
  }
  // What one rounding leaves of a sum that cancels out, made visible.
  ExpectSameAsPlain(
      "x : f32[2,1030]; z : f32[1] = {0}; m = Multiply(x, z); o : f32[1] = {-1}; a = Add(m, o); t : f32[1] = {-3}; "
      "one : f32[1] = {1}; none : f32[0] = {}; i = Quantize(a, t) destination_type=\"i8\"; q = Quantize(a, one, none, "
      "i) "
      "destination_type=\"f32\" addend_scale=0.3333333432674408 single_rounding=true; big : f32[1] = {1e9}; "
      "y = Multiply(q, big); return y");
  // A scale that the model computes.
  ExpectSameAsPlain("x : f32[2,3,4]; y : f32[1]; e = Exp(y); q = Quantize(x, e) destination_type=\"i32\"; return q");
}

TEST(QuantizedConvolutionKernel, WindowsGroupsAndTypes) {
  struct Case {
    const char *data, *weights, *attributes;
  };
  for (const Case& c :
       {Case{"2,3,5,6", "4,3,3,3", "pads_begin=[1,1] pads_end=[1,1]"}, Case{"1,40,7,7", "33,40,1,1", ""},
        Case{"1,16,9,8", "16,16,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]"},
        Case{"1,6,9,8", "4,3,3,2", "group=2 dilations=[2,1]"},
        Case{"2,8,6,6", "8,1,3,3", "group=8 pads_begin=[1,1] pads_end=[0,1]"}, Case{"2,5,11", "4,5,3", "strides=[2]"},
        Case{"3,70,1", "10,70,1", ""}, Case{"1,3,4,5,4", "2,3,2,2,2", "pads_begin=[0,1,0] pads_end=[1,0,0]"}}) {
    for (const char* type : {"i8", "u8"}) {
      const std::string text =
          StrCat(Integers("x", type, c.data, "p"), "wr : f32[", c.weights,
                 "] = random(5); ws : f32[1] = {130}; w = Quantize(wr, ws) ",
                 "destination_type=\"i8\"; y = QuantizedConvolution(x, w) ", c.attributes, "; s : f32[1] = {0.01}; ",
                 "q = Quantize(y, s) destination_type=\"i8\"; return y, q");
      const EngineRun run = ExpectSameAsPlain(text);
      EXPECT_NE(run.ExecType("y"), "plain") << text;
    }
  }
}

TEST(ConvertKernel, BetweenFloatsAndIntegers) {
  for (const char* type : {"i8", "u8", "i32", "f32"}) {
    for (const char* scale : {"3.7", "1000", "4e9"}) {
      ExpectSameAsPlain(StrCat(
          "x : f32[2,3,5,4]; s : f32[1] = {", scale, "}; y = Multiply(x, s); c = Convert(y) destination_type=\"", type,
          "\"; f = Convert(c) destination_type=\"f32\"; i = Convert(c) destination_type=\"i32\"; return "
          "c, f, i"));
    }
  }
}

}  // namespace
}  // namespace moir::runtime

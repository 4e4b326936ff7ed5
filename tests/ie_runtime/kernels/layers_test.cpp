// Deconvolution, softmax, LRN, NormalizeL2, Interpolate and the recurrent layers.
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

TEST(DeconvolutionKernel, Geometries) {
  struct Case {
    const char *data, *weights, *attributes;
    int channels;
    bool grouped = false;
  };
  const Case cases[] = {
      {"1,3,5,6", "3,8,4,4", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 8},
      {"2,16,5,5", "16,21,3,3", "", 21},
      {"1,16,4,4", "16,32,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1] output_padding=[1,1]", 32},
      {"1,5,4,5", "5,3,3,2", "strides=[3,2] pads_begin=[0,1] pads_end=[1,0]", 3},
      {"1,6,4,4", "6,7,3,3", "dilations=[2,2]", 7},
      {"1,6,9", "6,7,4", "strides=[2]", 7},
      {"1,16,5,5", "16,1,1,4,4", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 16, true},
      {"1,6,5,5", "2,3,5,3,3", "strides=[2,2]", 10, true},
      {"1,21,4,4", "21,1,1,8,8", "strides=[4,4] pads_begin=[2,2] pads_end=[2,2]", 21, true},
  };
  for (const Case& c : cases) {
    const std::string op = c.grouped ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData";
    std::string bias = StrCat("1,", c.channels);
    for (const char* p = std::strchr(std::strchr(c.data, ',') + 1, ','); p; p = std::strchr(p + 1, ',')) bias += ",1";
    const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[", c.data, "]; w : f32[", c.weights,
                                                   "] = random(1); b : f32[", bias, "] = random(2)\nd = ", op,
                                                   "(x, w) ", c.attributes, "\na = Add(d, b); r = ReLU(a); return r"));
    EXPECT_EQ(run.StepCount("ScaleShift") + run.StepCount("Unary"), 0u) << c.attributes;
    ExpectSameAsPlain(StrCat("x : f32[", c.data, "]; w : f32[", c.weights, "] = random(1)\nd = ", op, "(x, w) ",
                             c.attributes, "\nreturn d"));
  }
}

TEST(FakeQuantizeKernel, LimitsForAllAndPerIndex) {
  for (const char* levels : {"2", "16", "255", "256", "65536"}) {
    for (const char* limits :
         {"l : f32[] = {-0.6}; h : f32[] = {0.7}; ol : f32[] = {-0.5}; oh : f32[1] = {0.8}",
          "l : f32[1,3,1] = {-0.6, -0.9, 0.1}; h : f32[1,1,1] = {0.7}; ol : f32[3,1] = {0, 1, 2}; oh : f32[] = {-1}",
          "l : f32[9] = {-1, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.3, -0.2}; h : f32[] = {0.7}; ol : f32[] = {0}; oh "
          ": "
          "f32[] = {1}",
          "l : f32[] = {0.2}; h : f32[] = {0.2}; ol : f32[] = {-1}; oh : f32[] = {1}",
          "l : f32[2,1,1] = {-1, 0}; h : f32[3,1] = {0.5, 0.75, 1}; ol : f32[] = {0}; oh : f32[] = {1}"}) {
      ExpectSameAsPlain(
          StrCat("x : f32[2,3,9]; ", limits, "; y = FakeQuantize(x, l, h, ol, oh) levels=", levels, "; return y"));
    }
  }
}

TEST(SoftmaxKernel, AxesAndLayouts) {
  for (const char* axis : {"0", "1", "2", "-1"}) {
    for (const char* op : {"Softmax", "LogSoftmax"}) {
      ExpectSameAsPlain(StrCat("x : f32[3,7,5]; s = ", op, "(x) axis=", axis, "; return s"));
      ExpectSameAsPlain(StrCat("x : f32[1,3,4,5]; w : f32[21,3,1,1] = random(1); c = Convolution(x, w); s = ", op,
                               "(c) axis=", axis, "; return s"));
    }
  }
  ExpectSameAsPlain("x : f32[1000]; s = Softmax(x) axis=0; return s");
}

// Neighbours behind the axis are computed together, in pieces of 256.
TEST(SoftmaxKernel, ManyNeighboursBehindTheAxis) {
  for (const char* shape : {"1,2,16", "3,21,257", "2,5,4,70", "1,2,10,600"}) {
    const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[", shape, "]; s = Softmax(x) axis=1; return s"));
    EXPECT_EQ(run.ExecType("s"), "vector") << shape;
  }
  // Numbers far apart and far below: the results are 0 and 1, never NaN.
  ExpectSameAsPlain("x : f32[1,3,20]; k : f32[3,1] = {0, -5000, 300}; y = Add(x, k); s = Softmax(y) axis=1; return s");
  ExpectSameAsPlain("x : f32[1,2,20]; k : f32[1] = {80}; y = Multiply(x, k); s = Softmax(y) axis=1; return s");
}

TEST(LrnKernel, AcrossAndWithinChannels) {
  for (const char* axes : {"[1] = {1}", "[2] = {2, 3}"}) {
    for (const int size : {3, 5}) {
      ExpectSameAsPlain(StrCat("x : f32[1,3,6,7]; w : f32[20,3,1,1] = random(1); c = Convolution(x, w); a : i64", axes,
                               "; l = LRN(c, a) alpha=0.5 beta=0.75 bias=2.0 size=", size, "; return l"));
      ExpectSameAsPlain(StrCat("x : f32[2,9,6,7]; a : i64", axes,
                               "; l = LRN(x, a) alpha=0.5 beta=0.75 bias=1.0 size=", size, "; return l"));
    }
  }
}

TEST(NormalizeL2Kernel, Axes) {
  for (const char* axes : {"[1] = {1}", "[3] = {1, 2, 3}", "[2] = {2, 3}", "[2] = {3, 1}", "[1] = {-1}"}) {
    for (const char* mode : {"add", "max"}) {
      ExpectSameAsPlain(StrCat("x : f32[2,9,6,50]; a : i64", axes, "; n = NormalizeL2(x, a) eps=0.5 eps_mode=\"", mode,
                               "\"; return n"));
    }
  }
}

TEST(InterpolateKernel, ModesAndLayouts) {
  for (const char* mode :
       {"mode=\"nearest\" coordinate_transformation_mode=\"asymmetric\" nearest_mode=\"floor\"",
        "mode=\"linear_onnx\" coordinate_transformation_mode=\"align_corners\"",
        "mode=\"cubic\" coordinate_transformation_mode=\"half_pixel\"", "mode=\"linear\" antialias=true"}) {
    for (const char* size : {"8,10", "3,7", "4,5"}) {
      const std::string resize = StrCat(
          "z : i64[2] = {", size,
          "}; k : f32[2] = {1, 1}; a : i64[2] = {2, 3}; i = Interpolate(c, z, k, a) shape_calculation_mode=\"sizes\" ",
          mode);
      ExpectSameAsPlain(StrCat("c : f32[2,3,4,5]; ", resize, "; return i"));
      ExpectSameAsPlain(StrCat("x : f32[1,3,4,5]; w : f32[20,3,1,1] = random(1); c = Convolution(x, w); ", resize,
                               "; w2 : f32[4,20,1,1] = random(2); d = Convolution(i, w2); return d"));
    }
  }
  ExpectSameAsPlain(
      "c : f32[1,3,4,5]; z : i64[2] = {1, 1}; k : f32[2] = {2, 2}; a : i64[2] = {2, 3}; i = Interpolate(c, z, k, a) "
      "shape_calculation_mode=\"scales\" mode=\"nearest\" coordinate_transformation_mode=\"asymmetric\" "
      "nearest_mode=\"floor\"; return i");
  ExpectSameAsPlain(
      "c : f32[1,3,4]; z : i64[1] = {9}; k : f32[1] = {1}; a : i64[1] = {2}; i = Interpolate(c, z, k, a) "
      "mode=\"linear_onnx\"; return i");
  ExpectSameAsPlain(
      "c : f32[1,3,4,4]; z : i64[2] = {7, 7}; k : f32[2] = {1, 1}; a : i64[2] = {2, 3}; i = Interpolate(c, z, k, a) "
      "mode=\"linear_onnx\" pads_begin=[0,0,1,0]; return i");
}

TEST(SequenceKernel, CellsDirectionsAndLengths) {
  struct Case {
    const char* op;
    int gates, bias_gates;
    bool cell;
    const char* attributes;
  };
  const Case cases[] = {{"LSTMSequence", 4, 4, true, ""},
                        {"LSTMSequence", 4, 4, true, "clip=0.3 activations=[\"sigmoid\",\"relu\",\"tanh\"]"},
                        {"GRUSequence", 3, 3, false, "linear_before_reset=false"},
                        {"GRUSequence", 3, 4, false, "linear_before_reset=true"},
                        {"RNNSequence", 1, 1, false, ""},
                        {"RNNSequence", 1, 1, false, "activations=[\"relu\"] clip=0.5"}};
  for (const Case& c : cases) {
    for (const char* direction : {"forward", "reverse", "bidirectional"}) {
      for (const int batch : {1, 3, 6}) {
        const int d = std::string(direction) == "bidirectional" ? 2 : 1;
        constexpr int kHidden = 10, kInput = 7;
        std::string lengths = "5";
        for (int i = 1; i < batch; ++i) lengths += i % 3 == 1 ? ",3" : i % 3 == 2 ? ",0" : ",5";
        std::string text = StrCat("x : f32[", batch, ",5,", kInput, "]; h : f32[", batch, ",", d, ",", kHidden, "]; ",
                                  c.cell ? StrCat("c : f32[", batch, ",", d, ",", kHidden, "]; ") : "", "l : i64[",
                                  batch, "] = {", lengths, "}; w : f32[", d, ",", c.gates * kHidden, ",", kInput,
                                  "] = random(1); r : f32[", d, ",", c.gates * kHidden, ",", kHidden,
                                  "] = random(2); b : f32[", d, ",", c.bias_gates * kHidden, "] = random(3)\n");
        text += StrCat("s = ", c.op, "(x, h, ", c.cell ? "c, " : "", "l, w, r, b) hidden_size=", kHidden,
                       " direction=\"", direction, "\" ", c.attributes, "\nreturn s.0, s.1", c.cell ? ", s.2" : "");
        const EngineRun run = ExpectSameAsPlain(text);
        EXPECT_EQ(run.ExecType("s"), "sequence");
      }
    }
  }
}

}  // namespace
}  // namespace moir::runtime

// Every layer type, written in every version and read back: the operators that it stands for, with the same numbers.
#include <gtest/gtest.h>

#include "graph/error.h"
#include "graph/text.h"
#include "graph/verify.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

struct Layer {
  const char* name;
  const char* written;  // one layer
  const char* read;     // the operators
};

void PrintTo(const Layer& layer, std::ostream* out) { *out << layer.name; }

const Layer kLayers[] = {
    {"Convolution", R"(x : f32[2,3,8,9]; w : f32[108] = random(1); b : f32[4] = random(2)
        y = ie.Convolution(x, w, b) kernel=[3,3] strides=[2,1] pads_begin=[1,0] pads_end=[1,2] dilations=[1,2] group=1 output=4; return y)",
     R"(x : f32[2,3,8,9]; w : f32[4,3,3,3] = random(1); b : f32[1,4,1,1] = random(2)
        c = Convolution(x, w) strides=[2,1] pads_begin=[1,0] pads_end=[1,2] dilations=[1,2]; y = Add(c, b); return y)"},
    {"ConvolutionWithoutBias", R"(x : f32[1,2,5,5]; w : f32[3,2,1,1] = random(1)
        y = ie.Convolution(x, w) kernel=[1,1] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=3; return y)",
     R"(x : f32[1,2,5,5]; w : f32[3,2,1,1] = random(1)
        y = Convolution(x, w) strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1]; return y)"},
    {"GroupConvolution", R"(x : f32[1,4,5,5]; w : f32[6,2,3,3] = random(1)
        y = ie.Convolution(x, w) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] dilations=[1,1] group=2 output=6; return y)",
     R"(x : f32[1,4,5,5]; w : f32[2,3,2,3,3] = random(1)
        y = GroupConvolution(x, w) strides=[1,1] pads_begin=[1,1] pads_end=[1,1] dilations=[1,1]; return y)"},
    {"Convolution3D", R"(x : f32[1,2,4,5,6]; w : f32[48] = random(1)
        y = ie.Convolution(x, w) kernel=[2,2,2] strides=[1,2,1] pads_begin=[0,0,1] pads_end=[0,1,0] dilations=[1,1,1] group=1 output=3; return y)",
     R"(x : f32[1,2,4,5,6]; w : f32[3,2,2,2,2] = random(1)
        y = Convolution(x, w) strides=[1,2,1] pads_begin=[0,0,1] pads_end=[0,1,0] dilations=[1,1,1]; return y)"},
    {"Deconvolution", R"(x : f32[1,4,5,5]; w : f32[4,3,4,4] = random(1); b : f32[3] = random(2)
        y = ie.Deconvolution(x, w, b) kernel=[4,4] strides=[2,2] pads_begin=[1,1] pads_end=[1,0] dilations=[1,1] group=1 output=3; return y)",
     R"(x : f32[1,4,5,5]; w : f32[4,3,4,4] = random(1); b : f32[1,3,1,1] = random(2)
        c = ConvolutionBackpropData(x, w) strides=[2,2] pads_begin=[1,1] pads_end=[1,0] dilations=[1,1]; y = Add(c, b); return y)"},
    {"GroupDeconvolution", R"(x : f32[1,4,5,5]; w : f32[4,3,2,2] = random(1)
        y = ie.Deconvolution(x, w) kernel=[2,2] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=2 output=6; return y)",
     R"(x : f32[1,4,5,5]; w : f32[2,2,3,2,2] = random(1)
        y = GroupConvolutionBackpropData(x, w) strides=[2,2] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1]; return y)"},
    {"FullyConnected", R"(x : f32[2,3,2,2]; w : f32[5,12] = random(1); b : f32[5] = random(2)
        y = ie.FullyConnected(x, w, b) out-size=5; return y)",
     R"(x : f32[2,3,2,2]; w : f32[5,12] = random(1); b : f32[5] = random(2); s : i64[2] = {0,-1}
        f = Reshape(x, s) special_zero=true; m = MatMul(f, w) transpose_b=true; y = Add(m, b); return y)"},
    {"FullyConnectedOfAMatrix", R"(x : f32[2,12]; w : f32[5,12] = random(1)
        y = ie.FullyConnected(x, w) out-size=5; return y)",
     R"(x : f32[2,12]; w : f32[5,12] = random(1); y = MatMul(x, w) transpose_b=true; return y)"},
    {"Gemm", R"(x : f32[2,3,4]; z : f32[2,3,5]
        y = ie.Gemm(x, z) alpha=1.0 beta=0.0 transpose_a=true transpose_b=false; return y)",
     R"(x : f32[2,3,4]; z : f32[2,3,5]; y = MatMul(x, z) transpose_a=true; return y)"},
    {"MaxPooling", R"(x : f32[1,2,7,8]
        y = ie.Pooling(x) kernel=[3,2] strides=[2,2] pads_begin=[1,0] pads_end=[1,0] pool-method="max" exclude-pad=false rounding_type="ceil"; return y)",
     R"(x : f32[1,2,7,8]; y = MaxPool(x) kernel=[3,2] strides=[2,2] pads_begin=[1,0] pads_end=[1,0] rounding_type="ceil"; return y)"},
    {"AvgPooling", R"(x : f32[1,2,7,7]
        y = ie.Pooling(x) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] pool-method="avg" exclude-pad=true rounding_type="floor"; return y)",
     R"(x : f32[1,2,7,7]; y = AvgPool(x) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] exclude-pad=true rounding_type="floor"; return y)"},
    {"ScaleShift",
     R"(x : f32[2,3,4]; w : f32[3] = random(1); b : f32[3] = random(2); y = ie.ScaleShift(x, w, b); return y)",
     R"(x : f32[2,3,4]; w : f32[1,3,1] = random(1); b : f32[1,3,1] = random(2); m = Multiply(x, w); y = Add(m, b); return y)"},
    {"ScaleShiftOfOnes",
     R"(x : f32[2,3]; w : f32[3] = fill(1); b : f32[3] = random(2); y = ie.ScaleShift(x, w, b); return y)",
     R"(x : f32[2,3]; b : f32[1,3] = random(2); y = Add(x, b); return y)"},
    {"BatchNormalization",
     R"(x : f32[2,3,4,4]; v : f32[3] = fill(2); m : f32[3] = random(2); y = ie.BatchNormalization(x, v, m) epsilon=0.001; return y)",
     R"(x : f32[2,3,4,4]; g : f32[3] = fill(1); be : f32[3] = fill(0); m : f32[3] = random(2); v : f32[3] = fill(2)
        y = BatchNormInference(x, g, be, m, v) epsilon=0.001; return y)"},
    {"Power", R"(x : f32[2,3]; y = ie.Power(x) power=2.0 scale=0.5 shift=1.5; return y)",
     R"(x : f32[2,3]; s : f32[] = {0.5}; t : f32[] = {1.5}; p : f32[] = {2}; m = Multiply(x, s); a = Add(m, t); y = Power(a, p); return y)"},
    {"PowerScale", R"(x : f32[2,3]; y = ie.Power(x) power=1.0 scale=0.1 shift=0.0; return y)",
     R"(x : f32[2,3]; s : f32[] = {0.1}; y = Multiply(x, s); return y)"},
    {"PowerIdentity", R"(x : f32[2,3]; r = ie.ReLU(x); y = ie.Power(r) power=1.0 scale=1.0 shift=0.0; return y)",
     R"(x : f32[2,3]; r = ReLU(x); return r as "y")"},
    {"EltwiseSum", R"(x : f32[2,3]; z : f32[2,3]; y = ie.Eltwise(x, z) operation="sum"; return y)",
     R"(x : f32[2,3]; z : f32[2,3]; y = Add(x, z); return y)"},
    {"EltwiseProduct", R"(x : f32[2,3]; z : f32[2,3]; y = ie.Eltwise(x, z) operation="mul"; return y)",
     R"(x : f32[2,3]; z : f32[2,3]; y = Multiply(x, z); return y)"},
    {"EltwiseMaximum", R"(x : f32[2,3]; z : f32[2,3]; y = ie.Eltwise(x, z) operation="max"; return y)",
     R"(x : f32[2,3]; z : f32[2,3]; y = Maximum(x, z); return y)"},
    {"EltwiseOfThreeWithCoefficients",
     R"(x : f32[2,3]; z : f32[2,3]; u : f32[2,3]; y = ie.Eltwise(x, z, u) operation="sum" coeff=[1.0,-0.5,1.0]; return y)",
     R"(x : f32[2,3]; z : f32[2,3]; u : f32[2,3]; c : f32[] = {-0.5}; m = Multiply(z, c); s = Add(x, m); y = Add(s, u); return y)"},
    {"ReLU", R"(x : f32[2,3]; y = ie.ReLU(x); return y)", R"(x : f32[2,3]; y = ReLU(x); return y)"},
    {"LeakyReLU", R"(x : f32[2,3]; y = ie.ReLU(x) negative_slope=0.1; return y)",
     R"(x : f32[2,3]; s : f32[1] = {0.1}; y = PRelu(x, s); return y)"},
    {"ReLU6", R"(x : f32[2,3]; y = ie.ReLU6(x) n=0.5; return y)",
     R"(x : f32[2,3]; y = Clamp(x) min=0.0 max=0.5; return y)"},
    {"PReLU", R"(x : f32[2,3,4]; w : f32[3] = random(1); y = ie.PReLU(x, w) channel_shared=0; return y)",
     R"(x : f32[2,3,4]; w : f32[3] = random(1); y = PRelu(x, w); return y)"},
    {"SharedPReLU", R"(x : f32[2,3,4]; w : f32[1] = random(1); y = ie.PReLU(x, w) channel_shared=1; return y)",
     R"(x : f32[2,3,4]; w : f32[1] = random(1); y = PRelu(x, w); return y)"},
    {"Sigmoid", R"(x : f32[2,3]; y = ie.Sigmoid(x); return y)", R"(x : f32[2,3]; y = Sigmoid(x); return y)"},
    {"TanH", R"(x : f32[2,3]; y = ie.TanH(x); return y)", R"(x : f32[2,3]; y = Tanh(x); return y)"},
    {"ELU", R"(x : f32[2,3]; y = ie.ELU(x) alpha=0.7; return y)", R"(x : f32[2,3]; y = Elu(x) alpha=0.7; return y)"},
    {"Clamp", R"(x : f32[2,3]; y = ie.Clamp(x) min=-0.25 max=0.5; return y)",
     R"(x : f32[2,3]; y = Clamp(x) min=-0.25 max=0.5; return y)"},
    {"ActivationAbs", R"(x : f32[2,3]; y = ie.Activation(x) type="abs"; return y)",
     R"(x : f32[2,3]; y = Abs(x); return y)"},
    {"ActivationSquare", R"(x : f32[2,3]; y = ie.Activation(x) type="square"; return y)",
     R"(x : f32[2,3]; y = Multiply(x, x); return y)"},
    {"ActivationSoftRelu", R"(x : f32[2,3]; y = ie.Activation(x) type="soft_relu"; return y)",
     R"(x : f32[2,3]; y = SoftPlus(x); return y)"},
    {"ActivationElu", R"(x : f32[2,3]; y = ie.Activation(x) type="elu"; return y)",
     R"(x : f32[2,3]; y = Elu(x) alpha=1.0; return y)"},
    {"ActivationLinear", R"(x : f32[2,3]; y = ie.Activation(x) type="linear" alpha=2.0 beta=3.0; return y)",
     R"(x : f32[2,3]; s : f32[] = {2}; t : f32[] = {3}; m = Multiply(x, s); y = Add(m, t); return y)"},
    {"SoftMax", R"(x : f32[2,3,4]; y = ie.SoftMax(x) axis=2; return y)",
     R"(x : f32[2,3,4]; y = Softmax(x) axis=2; return y)"},
    {"NormAcross", R"(x : f32[1,5,3,3]; y = ie.Norm(x) alpha=0.01 beta=0.75 local-size=3 region="across"; return y)",
     R"(x : f32[1,5,3,3]; a : i64[1] = {1}; y = LRN(x, a) alpha=0.01 beta=0.75 bias=1.0 size=3; return y)"},
    {"NormSame", R"(x : f32[1,2,5,5]; y = ie.Norm(x) alpha=0.01 beta=0.5 local-size=3 region="same" k=2.0; return y)",
     R"(x : f32[1,2,5,5]; a : i64[2] = {2,3}; y = LRN(x, a) alpha=0.01 beta=0.5 bias=2.0 size=3; return y)"},
    {"Normalize",
     R"(x : f32[1,3,4,4]; w : f32[3] = random(1); y = ie.Normalize(x, w) across_spatial=0 channel_shared=0 eps=1e-10; return y)",
     R"(x : f32[1,3,4,4]; w : f32[1,3,1,1] = random(1); a : i64[1] = {1}; n = NormalizeL2(x, a) eps=1e-10 eps_mode="add"; y = Multiply(n, w); return y)"},
    {"NormalizeAcross",
     R"(x : f32[1,3,4,4]; w : f32[1] = fill(1); y = ie.Normalize(x, w) across_spatial=1 channel_shared=1 eps=0.5; return y)",
     R"(x : f32[1,3,4,4]; a : i64[3] = {1,2,3}; y = NormalizeL2(x, a) eps=0.5 eps_mode="add"; return y)"},
    {"MVN", R"(x : f32[2,3,4,4]; y = ie.MVN(x) across_channels=0 normalize_variance=1 eps=1e-9; return y)",
     R"(x : f32[2,3,4,4]; a : i64[2] = {2,3}; y = MVN(x, a) normalize_variance=true eps=1e-9 eps_mode="inside_sqrt"; return y)"},
    {"Concat", R"(x : f32[2,3,4]; z : f32[2,1,4]; y = ie.Concat(x, z) axis=1; return y)",
     R"(x : f32[2,3,4]; z : f32[2,1,4]; y = Concat(x, z) axis=1; return y)"},
    {"Split",
     R"(x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; a = ie.ReLU(s.0); b = ie.TanH(s.1); return a, b)",
     R"(x : f32[2,6]; i : i64[] = {1}; s = Split(x, i) num_splits=2; a = ReLU(s.0); b = Tanh(s.1); return a, b)"},
    {"UnequalSplit",
     R"(x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[2,4]; a = ie.ReLU(s.0); b = ie.TanH(s.1); return a, b)",
     R"(x : f32[2,6]; i : i64[] = {1}; l : i64[2] = {2,4}; s = VariadicSplit(x, i, l); a = ReLU(s.0); b = Tanh(s.1); return a, b)"},
    {"Crop", R"(x : f32[1,4,6,6]; y = ie.Crop(x) axis=[1,2] offset=[1,0] dim=[2,5]; return y)",
     R"(x : f32[1,4,6,6]; a : i64[2] = {1,0}; e : i64[2] = {3,5}; s : i64[2] = {1,1}; ax : i64[2] = {1,2}; y = Slice(x, a, e, s, ax); return y)"},
    {"CropToAReference", R"(x : f32[1,4,6,6]; r : f32[1,4,3,2]; y = ie.Crop(x, r) axis=[2,3] offset=[1,2]; return y)",
     R"(x : f32[1,4,6,6]; r : f32[1,4,3,2]; a : i64[2] = {1,2}; e : i64[2] = {4,4}; s : i64[2] = {1,1}; ax : i64[2] = {2,3}; y = Slice(x, a, e, s, ax); return y)"},
    {"Permute", R"(x : f32[1,2,3,4]; y = ie.Permute(x) order=[0,2,3,1]; return y)",
     R"(x : f32[1,2,3,4]; o : i64[4] = {0,2,3,1}; y = Transpose(x, o); return y)"},
    {"Reshape", R"(x : f32[2,3,4]; y = ie.Reshape(x) dim=[0,-1,2]; return y)",
     R"(x : f32[2,3,4]; p : i64[3] = {0,-1,2}; y = Reshape(x, p) special_zero=true; return y)"},
    {"Flatten", R"(x : f32[2,3,4,5]; y = ie.Flatten(x) axis=1 end_axis=2; return y)",
     R"(x : f32[2,3,4,5]; p : i64[3] = {0,-1,5}; y = Reshape(x, p) special_zero=true; return y)"},
    {"Tile", R"(x : f32[1,1,2,3]; y = ie.Tile(x) axis=2 tiles=3; return y)",
     R"(x : f32[1,1,2,3]; r : i64[4] = {1,1,3,1}; y = Tile(x, r); return y)"},
    {"Gather", R"(x : f32[2,3]; t : f32[5,4] = random(1); y = ie.Gather(t, x) axis=0; return y)",
     R"(x : f32[2,3]; t : f32[5,4] = random(1); a : i64[] = {0}; c = Clamp(x) min=0.0 max=4.0; i = Convert(c) destination_type="i32"; y = Gather(t, i, a); return y)"},
    {"Pad",
     R"(x : f32[1,2,3,3]; y = ie.Pad(x) pads_begin=[0,0,1,0] pads_end=[0,0,0,2] pad_mode="constant" pad_value=0.5; return y)",
     R"(x : f32[1,2,3,3]; b : i64[4] = {0,0,1,0}; e : i64[4] = {0,0,0,2}; v : f32[] = {0.5}; y = Pad(x, b, e, v) pad_mode="constant"; return y)"},
    {"ReflectingPad",
     R"(x : f32[1,2,3,3]; y = ie.Pad(x) pads_begin=[0,0,1,0] pads_end=[0,0,0,2] pad_mode="reflect"; return y)",
     R"(x : f32[1,2,3,3]; b : i64[4] = {0,0,1,0}; e : i64[4] = {0,0,0,2}; y = Pad(x, b, e) pad_mode="reflect"; return y)"},
    {"Resample",
     R"(x : f32[1,2,3,4]; y = ie.Resample(x) factor=2.0 type="caffe.ResampleParameter.NEAREST" antialias=0; return y)",
     R"(x : f32[1,2,3,4]; s : i64[2] = {6,8}; f : f32[2] = {2,2}; a : i64[2] = {2,3}
        y = Interpolate(x, s, f, a) mode="nearest" shape_calculation_mode="sizes" coordinate_transformation_mode="asymmetric" nearest_mode="floor"; return y)"},
    {"Interp", R"(x : f32[1,2,3,4]; y = ie.Interp(x) height=5 width=7 pad_beg=0 pad_end=0; return y)",
     R"(x : f32[1,2,3,4]; s : i64[2] = {5,7}; f : f32[2] = {1.6666666,1.75}; a : i64[2] = {2,3}
        y = Interpolate(x, s, f, a) mode="linear_onnx" shape_calculation_mode="sizes" coordinate_transformation_mode="align_corners" nearest_mode="round_prefer_floor"; return y)"},
    {"Copy", R"(x : i64[2,3]; z : i64[2,3]; s = Add(x, z); y = ie.Copy(s); return y)",
     R"(x : i64[2,3]; z : i64[2,3]; s = Add(x, z); return s as "y")"},
    {"Const", R"(x : f32[2,3]; c : f32[2,3] = random(4); y = ie.Eltwise(x, c) operation="sum"; return y)",
     R"(x : f32[2,3]; c : f32[2,3] = random(4); y = Add(x, c); return y)"},
    // Everything below has no old layer and is stored under the operator's own name.
    {"GenericUnary", R"(x : f32[2,3]; y = Exp(x); return y)", nullptr},
    {"GenericIntegers",
     R"(x : i64[2,3]; c : i64[3] = iota(); k : i32[2] = iota(); y = Add(x, c); f = Convert(y) destination_type="f64"; return y, f)",
     nullptr},
    {"GenericBooleans",
     R"(x : f32[2,3]; z : f32[3]; c : boolean[3] = random(3); g = Greater(x, z); n = LogicalAnd(g, c); y = Select(n, x, z); return y, n)",
     nullptr},
    {"GenericTopK",
     R"(x : f32[2,5]; k : i64[] = {2}; t = TopK(x, k) axis=1 mode="max" sort="value" index_element_type="i64"; return t.0, t.1)",
     nullptr},
    {"GenericScalar", R"(x : f32[2,3]; a : i64[2] = {0,1}; y = ReduceSum(x, a) keep_dims=false; return y)", nullptr},
    {"GenericHalf", R"(x : f16[2,3]; c : f16[3] = random(3); y = Add(x, c); return y)", nullptr},
    {"GenericDoubles", R"(x : f64[2,3]; c : f64[3] = random(3); y = Multiply(x, c); return y)", nullptr},
    {"GenericMultiBoxPrior",
     R"(x : f32[1,2,2,3]; y = MultiBoxPrior(x) sizes=[0.2,0.30000000000000004] ratios=[1.0,2.0] steps=[-1.0,-1.0] offsets=[0.5,0.5] clip=true; return y)",
     nullptr},
    {"GenericEmptyList", R"(x : f32[2,3]; a : i64[0] = {}; y = ReduceSum(x, a) keep_dims=false; return y)", nullptr},
};

class IrRoundTrip : public testing::TestWithParam<Layer> {};

TEST_P(IrRoundTrip, ReadsBackWhatTheLayerStandsFor) {
  const Layer& layer = GetParam();
  try {
    const std::unique_ptr<Graph> written = graph::ParseGraph(layer.written);
    const std::unique_ptr<Graph> expected = graph::ParseGraph(layer.read ? layer.read : layer.written);
    for (const int version : {2, 3, 4}) {
      SCOPED_TRACE("version " + std::to_string(version));
      const IrFiles files;
      files.Write(*written, {.version = version});
      const std::unique_ptr<Graph> read = files.Read();
      graph::Verify(*read);
      EXPECT_EQ(CompareGraphs(*read, *expected), "") << graph::PrintGraph(*read) << files.Topology();
      ExpectSameResults(*read, *written);
    }
  } catch (const graph::Error& error) {
    FAIL() << error.what();
  }
}

TEST_P(IrRoundTrip, HoldsHalfPrecision) {
  const Layer& layer = GetParam();
  try {
    const std::unique_ptr<Graph> written = graph::ParseGraph(layer.written);
    const std::unique_ptr<Graph> expected = graph::ParseGraph(layer.read ? layer.read : layer.written);
    const IrFiles files;
    files.Write(*written, {.version = 3, .f16 = true});
    const std::unique_ptr<Graph> read = files.Read();
    graph::Verify(*read);
    EXPECT_EQ(CompareGraphs(*read, *expected, {}, 2e-3), "") << graph::PrintGraph(*read);
    ExpectSameResults(*read, *written, 5e-2);
  } catch (const graph::Error& error) {
    FAIL() << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, IrRoundTrip, testing::ValuesIn(kLayers),
                         [](const auto& test) { return std::string(test.param.name); });

// A second trip changes nothing: not the operators, not a byte.
TEST(IrRoundTripTwice, IsByteForByteTheSame) {
  const auto graph = graph::ParseGraph(
      R"(x : f32[1,3,8,8]; w : f32[4,3,3,3] = random(1); b : f32[4] = random(2); k : f32[4] = random(3)
      c = ie.Convolution(x, w, b) kernel=[3,3] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=4
      r = ie.ReLU(c); s = ie.ScaleShift(r, k, b); y = ie.SoftMax(s) axis=1; return y)");
  const IrFiles first, second;
  first.Write(*graph);
  second.Write(*graph);
  EXPECT_EQ(first.Topology(), second.Topology());
  EXPECT_EQ(first.Folder().Read("model.bin"), second.Folder().Read("model.bin"));
  EXPECT_EQ(first.Folder().Read("model.mapping"), second.Folder().Read("model.mapping"));
}

TEST(IrRoundTripOutputs, KeepsOrderAndNames) {
  const auto graph =
      graph::ParseGraph(R"(x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; a = ie.ReLU(s.0); b = ie.TanH(a)
      return b as "second", s.1 as "a name, with <marks> & \"quotes\"", a as "read by another")");
  const IrFiles files;
  files.Write(*graph);
  const auto read = files.Read();
  ASSERT_EQ(read->Outputs().size(), 3u);
  EXPECT_EQ(read->Outputs()[0].name, "second");
  EXPECT_EQ(read->Outputs()[1].name, "a name, with <marks> & \"quotes\"");
  EXPECT_EQ(read->Outputs()[2].name, "read by another");
  ExpectSameResults(*read, *graph);
}

TEST(IrRoundTripOutputs, WithoutOurMetaDataOutputsAreWhatNobodyReads) {
  const auto graph = graph::ParseGraph(
      "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; a = ie.ReLU(s.0); return s.1 as \"s.1\", a");
  const IrFiles files;
  files.Write(*graph);
  files.Edit("<outputs>", "<nothing>");
  files.Edit("</outputs>", "</nothing>");
  const auto read = files.Read();
  ASSERT_EQ(read->Outputs().size(), 2u);
  EXPECT_EQ(read->Outputs()[0].name, "s.1");
  EXPECT_EQ(read->Outputs()[1].name, "a");
}

TEST(IrRoundTripInputs, KeepsTheirOrderAndAnUnreadOne) {
  const auto graph = graph::ParseGraph("b : f32[2]; a : f32[3]; y = ie.ReLU(a); return y");
  const IrFiles files;
  const graph::IrWriteReport report = files.Write(*graph);
  const auto read = files.Read();
  ASSERT_EQ(read->Parameters().size(), 2u);
  EXPECT_EQ(read->Parameters()[0]->Name(), "b");
  EXPECT_EQ(read->Parameters()[1]->Name(), "a");
  ASSERT_EQ(report.engines.size(), 1u);
  EXPECT_EQ(report.engines[0], "moir engine only (layers: Parameter)");
}

TEST(IrRoundTripPreProcess, BecomesSubtractAndMultiply) {
  const auto graph = graph::ParseGraph("x : f32[1,3,2,2]; y = ie.ReLU(x); return y");
  const IrFiles files;
  files.Write(*graph, {.pre_process = {{"x", {1, 2, 3.5}, {0.5, 1, 2}}}});
  const auto expected =
      graph::ParseGraph(R"(x : f32[1,3,2,2]; m : f32[1,3,1,1] = {1,2,3.5}; s : f32[1,3,1,1] = {0.5,1,2}
      a = Subtract(x, m); b = Multiply(a, s); y = ReLU(b); return y)");
  EXPECT_EQ(CompareGraphs(*files.Read(), *expected), "");
  ExpectError(
      [&] {
        files.Write(*graph, {.pre_process = {{"x", {1, 2}, {}}}});
      },
      ErrorKind::kBadOption, {"\"x\"", "2 mean values"});
  ExpectError(
      [&] {
        files.Write(*graph, {.pre_process = {{"z", {1, 2}, {}}}});
      },
      ErrorKind::kBadOption, {"\"z\"", "no such input"});
}

}  // namespace
}  // namespace moir::test

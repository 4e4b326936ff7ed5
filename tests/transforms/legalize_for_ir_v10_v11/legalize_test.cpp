// Operators that no operation set has, and those that OpenVINO computes otherwise, are taken apart with the same
// numbers. (All operators of MXNet go this way in tests/end_to_end, too, and in OpenVINO itself in
// tests/oracle/openvino_grids.py.)
#include "transforms/legalize_for_ir_v10_v11/legalize.h"

#include <gtest/gtest.h>

#include "graph/error.h"
#include "graph/text.h"
#include "graph/verify.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

void Legalize(Graph& graph, int version) {
  for (const auto& pass : transforms::MakeLegalizePassesV10V11(version)) {
    graph::PassReport report;
    pass->Run(graph, report);
    graph::Verify(graph);
  }
}

bool Holds(const Graph& graph, std::string_view op) {
  for (const graph::Node* node : graph.TopologicalOrder()) {
    if (node->Is(op)) return true;
  }
  return false;
}

struct Decomposition {
  const char* name;
  const char* op;  // what must be gone
  const char* text;
};
void PrintTo(const Decomposition& entry, std::ostream* out) { *out << entry.name; }

const Decomposition kDecompositions[] = {
    {"AdaptiveAvgPool", "", R"(x : f32[2,3,7,6]; s : i64[2] = {3,2}; y = AdaptiveAvgPool(x, s); return y)"},
    {"AdaptiveAvgPoolOfEqualWindows", "",
     R"(x : f32[2,3,6,8]; s : i64[2] = {3,2}; y = AdaptiveAvgPool(x, s); return y)"},
    {"AdaptiveAvgPoolOfVolumes", "",
     R"(x : f32[1,2,5,4,3]; s : i64[3] = {2,4,2}; y = AdaptiveAvgPool(x, s); return y)"},
    {"ArgMax", "ArgMax", R"(x : f32[2,3,4]; y = ArgMax(x) axis=1 mode="min" index_element_type="i32"; return y)"},
    {"Atan2", "Atan2", R"(y : f32[2,8]; x : f32[8] = {1,-1,0,0,-2,3,0.5,-0.1}; z : f32[8] = {0,0,0,1,-1,3,-0.5,0}
      a = Atan2(y, x); b = Atan2(z, x); return a, b)"},
    {"AvgPoolBeyondThePadding", "", R"(x : f32[1,2,7,6];
      y = AvgPool(x) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] rounding_type="ceil" exclude-pad=false; return y)"},
    {"BipartiteMatching", "BipartiteMatching",
     R"(x : f32[2,4,3]; y = BipartiteMatching(x) threshold=-0.2; return y.0, y.1)"},
    {"BipartiteMatchingAscending", "BipartiteMatching",
     R"(x : f32[5,2]; h : f32[] = {0.5}; m = Multiply(x, h); r = Round(m) mode="half_to_even"
      y = BipartiteMatching(r) threshold=0.5 is_ascend=true topk=1; return y.0, y.1)"},
    {"BoxDecode", "BoxDecode",
     R"(x : f32[2,3,4]; a : f32[1,3,4] = random(1); y = BoxDecode(x, a) std0=0.1 format="corner" clip=2.0; return y)"},
    {"BoxEncode", "BoxEncode",
     R"(s : f32[1,3] = {1,0,1}; m : f32[1,3] = {1,0,1.7}; x : f32[1,3,2]; w : f32[1,3,2] = fill(3)
      y = Add(x, w); a = Concat(x, y) axis=2; b : f32[1,2,4] = {1,1,2,3,0,0,4,4}; e : f32[4] = {0,0.1,0,0.2}; d : f32[4] = {1,2,0.5,1}
      t = BoxEncode(s, m, a, b, e, d); return t.0, t.1)"},
    {"BoxIou", "BoxIou", R"(x : f32[3,4]; a : f32[2,4] = random(1); y = BoxIou(x, a) format="center"; return y)"},
    {"BoxNms", "BoxNms",
     R"(x : f32[2,9,6]; y = BoxNms(x) overlap_thresh=0.1 id_index=0 topk=5 out_format="center"; return y)"},
    {"BoxNmsOfOnePicture", "BoxNms", R"(x : f32[1,9,6]; y = BoxNms(x) overlap_thresh=0.1 valid_thresh=0.1; return y)"},
    {"Correlation", "Correlation", R"(x : f32[1,2,6,7]; z : f32[1,2,6,7] = random(1);
      y = Correlation(x, z) kernel_size=3 max_displacement=2 stride1=2 stride2=2 pad_size=3 is_multiply=false; return y)"},
    {"CubicInterpolate", "Interpolate",
     R"(x : f32[1,2,5,6]; s : i64[2] = {7,3}; c : f32[2] = fill(1); a : i64[2] = {2,3};
      y = Interpolate(x, s, c, a) mode="cubic" shape_calculation_mode="sizes" coordinate_transformation_mode="half_pixel"; return y)"},
    {"DeformableConvolutionInGroups", "",
     R"(x : f32[2,6,5,6]; o : f32[2,36,5,6] = random(1); w : f32[6,2,3,3] = random(2);
      y = DeformableConvolution(x, o, w) pads_begin=[1,1] pads_end=[1,1] group=3 deformable_group=2; return y)"},
    {"DeformableConvolutionMaskedWithoutPadding", "",
     R"(x : f32[1,2,7,6]; o : f32[1,12,3,5] = random(1); w : f32[3,2,3,2] = random(2); m : f32[1,6,3,5] = random(3);
      y = DeformableConvolution(x, o, w, m) strides=[2,1] bilinear_interpolation_pad=true; return y)"},
    {"DeformableConvolutionFramed", "",
     R"(x : f32[2,4,5,6]; o : f32[2,18,5,6] = random(1); w : f32[6,4,3,3] = random(2);
      y = DeformableConvolution(x, o, w) pads_begin=[1,1] pads_end=[1,1] bilinear_interpolation_pad=true; return y)"},
    {"DeformableConvolutionMasked", "",
     R"(x : f32[2,4,7,6]; o : f32[2,36,4,3] = random(1); w : f32[6,4,3,3] = random(2); m : f32[2,18,4,3] = random(3);
      y = DeformableConvolution(x, o, w, m) pads_begin=[1,1] pads_end=[1,1] strides=[2,2] deformable_group=2 bilinear_interpolation_pad=true; return y)"},
    {"DeformableConvolutionMaskedInGroups", "",
     R"(x : f32[1,4,5,6]; o : f32[1,18,5,6] = random(1); w : f32[6,2,3,3] = random(2); m : f32[1,9,5,6] = random(3);
      y = DeformableConvolution(x, o, w, m) pads_begin=[2,2] pads_end=[2,2] dilations=[2,2] group=2; return y)"},
    {"DeformableRegionPooling", "DeformableRegionPooling",
     R"(x : f32[2,16,6,7]; r : f32[3,5] = {0,0,0,5,5,1,1,2,6,7,-1,0,0,3,3}; t : f32[3,4,3,3] = random(2)
      y = DeformableRegionPooling(x, r, t) output_dim=4 group_size=2 pooled_size=3 part_size=3 sample_per_part=2 spatial_scale=0.7 trans_std=0.2
      p : f32[3,4,2,2] = random(3); z = DeformableRegionPooling(x, r) output_dim=4 group_size=2 pooled_size=2 part_size=2 spatial_scale=1.0; return y, z)"},
    {"FloatClasses", "", R"(x : f32[5]; z : f32[] = {0}; e = Divide(x, z); o : f32[5] = {0,1,0,1,0}; m = Multiply(e, o)
      a = IsNaN(m); b = IsInf(m); c = IsInf(m) detect_negative=false; d = IsInf(m) detect_positive=false; f = IsFinite(m); return a, b, c, d, f)"},
    {"GridSample", "", R"(x : f32[2,3,5,4]; g : f32[2,4,3,2]; t : f32[] = {1.5}; h = Multiply(g, t)
      y = GridSample(x, h) align_corners=true mode="bilinear" padding_mode="zeros"
      z = GridSample(x, h) align_corners=false mode="bilinear" padding_mode="border"; return y, z)"},
    {"GatherOfOnePicture", "",
     R"(x : f32[1,5,2]; i : i64[1,3] = {4,0,2}; a : i64[] = {1}; y = Gather(x, i, a) batch_dims=1; return y)"},
    {"HardSigmoidOfNothing", "HardSigmoid",
     R"(x : f32[2,3]; a : f32[] = {0}; b : f32[] = {0.3}; y = HardSigmoid(x, a, b); return y)"},
    {"IntegerDivide", "", R"(x : i32[6]; d : i32[] = {3}; y = Divide(x, d) m_pythondiv=false; return y)"},
    {"IntegerDivideOfLargeNumbers", "",
     R"(z : i32[9]; o : i32[] = {0}; e = Multiply(z, o); c : i32[9] = {2147483647,-2147483647,16777217,-16777217,1000000007,-7,7,0,2147483646}; x = Add(e, c)
      d : i32[9] = {1,3,1,-1,-12345,2,-2,5,2147483647}; y = Divide(x, d) m_pythondiv=false; v = Divide(x, d); w = Divide(d, d); return y, v, w)"},
    {"LstmProjection", "LSTMProjectionSequence",
     R"(x : f32[2,3,4]; h : f32[2,2,3] = random(1); c : f32[2,2,5] = random(2); l : i64[2] = {3,3}; w : f32[2,20,4] = random(3)
      r : f32[2,20,3] = random(4); b : f32[2,20] = random(5); p : f32[2,3,5] = random(6)
      y = LSTMProjectionSequence(x, h, c, l, w, r, b, p) hidden_size=5 direction="bidirectional"; return y.0, y.1, y.2)"},
    {"LstmProjectionOfSomeSteps", "LSTMProjectionSequence",
     R"(x : f32[3,4,2]; h : f32[3,1,2] = random(1); c : f32[3,1,3] = random(2); l : i64[3] = {4,0,2}; w : f32[1,12,2] = random(3)
      r : f32[1,12,2] = random(4); b : f32[1,12] = random(5); p : f32[1,2,3] = random(6)
      y = LSTMProjectionSequence(x, h, c, l, w, r, b, p) hidden_size=3 direction="reverse"
      z = LSTMProjectionSequence(x, h, c, l, w, r, b, p) hidden_size=3 direction="forward"; return y.0, y.1, y.2, z.0, z.1, z.2)"},
    {"LrnBias", "",
     R"(x : f32[1,6,3,2]; a : i64[1] = {1}; y = LRN(x, a) alpha=0.01 beta=0.75 bias=0.5 size=5; return y)"},
    {"MatMulOfVectors", "", R"(x : f32[4]; w : f32[4] = random(1); y = MatMul(x, w); return y)"},
    {"MultiBoxDetection", "MultiBoxDetection", R"(x : f32[2,3,8]; l : f32[2,32] = random(1); b : f32[1,8,4] = random(2);
      s = Softmax(x) axis=1; y = MultiBoxDetection(s, l, b) nms_topk=5 threshold=0.3; return y)"},
    {"MultiProposal", "MultiProposal", R"(x : f32[1,4,3,4]; b : f32[1,8,3,4] = random(1); i : f32[1,3] = {48,64,1};
      y = MultiProposal(x, b, i) scales=[2.0,4.0] ratios=[1.0] feature_stride=16 rpn_post_nms_top_n=6; return y.0, y.1)"},
    {"PsRoiAlign", "PSROIAlign", R"(x : f32[2,12,6,7]; r : f32[3,5] = {0,0,0,5,5,1,1,2,6,7,-1,0,0,3,3}
      y = PSROIAlign(x, r) pooled_h=2 pooled_w=3 sampling_ratio=2 spatial_scale=0.7; return y)"},
    {"Quantize", "Quantize",
     R"(x : f32[2,3]; s : f32[] = {100.3}; y = Quantize(x, s) destination_type="u8"; return y)"},
    {"QuantizeWithAddend", "Quantize",
     R"(x : i32[4,50]; s : f32[] = {0.0371}; b : f32[] = {3}; v : f32[4,50] = random(1); t : f32[] = {120};
      a = Quantize(v, t) destination_type="i8"; e : f32[] = {0}; y = Quantize(x, s, b, a) addend_scale=0.3712345 single_rounding=true destination_type="i8";
      z = Quantize(x, s, e, a) addend_scale=1.7 single_rounding=true relu=true destination_type="f32"; return y, z)"},
    {"QuantizedConvolution", "QuantizedConvolution",
     R"(x : i8[1,4,5,5]; w : i8[2,4,3,3] = iota(); y = QuantizedConvolution(x, w) pads_begin=[1,1] pads_end=[1,1]; return y)"},
    {"QuantizedConvolutionOfComputedWeights", "QuantizedConvolution",
     R"(x : u8[1,4,5,5]; v : f32[4,2,3,3] = random(1); s : f32[] = {100}; w = Quantize(v, s) destination_type="i8";
      y = QuantizedConvolution(x, w) group=2; return y)"},
    {"RegionsOfNoPicture", "",
     R"(x : f32[2,2,6,6]; b : f32[4,4] = {0,0,5,5,1,2,4,7,0,0,3,3,1,1,2,2}; i : f32[4] = {-1,1,2,0}; z : f32[4]; n : f32[] = {0};
      o = Multiply(z, n); p = Add(i, o); j = Convert(p) destination_type="i32";
      y = ROIAlign(x, b, j) pooled_h=2 pooled_w=2 spatial_scale=0.7 sampling_ratio=2 mode="avg" aligned_mode="asymmetric"; return y)"},
    {"RegionsOfNoPictureInRoiPooling", "",
     R"(x : f32[2,1,5,5]; r : f32[3,5] = {-1,0,0,4,4,2,0,0,4,4,1,0,0,4,4}; z : f32[3,5]; n : f32[] = {0}; o = Multiply(z, n); p = Add(r, o)
      y = ROIPooling(x, p) pooled_h=2 pooled_w=2 spatial_scale=1.0; v = ROIPooling(x, r) pooled_h=2 pooled_w=2 spatial_scale=0.7; return y, v)"},
    {"RotatedRegions", "RROIAlign",
     R"(x : f32[2,3,6,7]; r : f32[4,6] = {0,3,3,4,5,0,1,3,2,9,4,30,-1,3,3,2,2,10,1,0,0,3,8,-75}
      y = RROIAlign(x, r) pooled_h=2 pooled_w=3 sampling_ratio=2 spatial_scale=0.7; return y)"},
    {"RoundedRegions", "",
     R"(x : f32[1,2,6,6]; r : f32[2,5] = {0,0,0,5,5,0,1,2,4,7}; y = ROIPooling(x, r) pooled_h=2 pooled_w=2 spatial_scale=0.7; return y)"},
    {"SoftSign", "", R"(x : f32[2,3]; y = SoftSign(x); return y)"},
    {"TileOfMoreAxes", "", R"(x : f32[2,3]; r : i64[3] = {2,1,2}; y = Tile(x, r); return y)"},
    {"SmallIntegers", "", R"(x : u8[5]; b : u8[] = {250}; y = Add(x, b); z = SquaredDifference(x, b); return y, z)"}};

class LegalizeV10V11 : public ::testing::TestWithParam<Decomposition> {};

TEST_P(LegalizeV10V11, KeepsTheNumbers) {
  for (const int version : {10, 11}) {
    const auto graph = graph::ParseGraph(GetParam().text);
    const auto before = graph->Clone();
    Legalize(*graph, version);
    EXPECT_FALSE(*GetParam().op && Holds(*graph, GetParam().op)) << "version " << version;
    ExpectSameResults(*graph, *before, 1e-5);
    // And through the files.
    const IrFiles files;
    files.Write(*graph, {.version = version});
    ExpectSameResults(*files.Read(), *before, 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, LegalizeV10V11, ::testing::ValuesIn(kDecompositions),
                         [](const auto& entry) { return std::string(entry.param.name); });

// What cannot be expressed, or not within reason, stays.
const Decomposition kRefused[] = {
    {"Atan2OfF64", "Atan2", R"(x : f64[2]; y = Atan2(x, x); return y)"},
    {"BipartiteMatchingOfManyPairs", "BipartiteMatching",
     R"(x : f32[300,300]; y = BipartiteMatching(x) threshold=0.1; return y.0, y.1)"},
    {"BoxEncodeWithoutBoxes", "BoxEncode",
     R"(s : f32[1,3]; a : f32[1,3,4]; b : f32[1,0,4] = {}; e : f32[4] = fill(0); y = BoxEncode(s, s, a, b, e, e); return y.0, y.1)"},
    {"DeformableRegionPoolingOfF16", "DeformableRegionPooling", R"(x : f16[1,4,6,6]; r : f16[1,5]
      y = DeformableRegionPooling(x, r) output_dim=1 group_size=2 pooled_size=2 part_size=2 spatial_scale=1.0; return y)"},
    {"LstmProjectionOfManySteps", "LSTMProjectionSequence",
     R"(x : f32[1,1001,1]; h : f32[1,1,1]; c : f32[1,1,1]; l : i64[1] = {1001}; w : f32[1,4,1] = random(3)
      r : f32[1,4,1] = random(4); b : f32[1,4] = random(5); p : f32[1,1,1] = random(6)
      y = LSTMProjectionSequence(x, h, c, l, w, r, b, p) hidden_size=1 direction="forward"; return y.0)"},
    {"PsRoiAlignOfF64", "PSROIAlign", R"(x : f64[1,4,6,6]; r : f64[1,5]
      y = PSROIAlign(x, r) pooled_h=2 pooled_w=2 sampling_ratio=2 spatial_scale=1.0; return y)"},
    {"RotatedRegionsOfOpenSampling", "RROIAlign",
     R"(x : f32[1,3,6,7]; r : f32[1,6]; y = RROIAlign(x, r) pooled_h=2 pooled_w=3 spatial_scale=0.7; return y)"}};

TEST(LegalizeV10V11Refuses, WhatNoOperatorsSay) {
  for (const Decomposition& entry : kRefused) {
    SCOPED_TRACE(entry.name);
    const auto graph = graph::ParseGraph(entry.text);
    Legalize(*graph, 11);
    EXPECT_TRUE(Holds(*graph, entry.op));
  }
}

// What comes out must not depend on how an engine orders equals: here as std::sort does, which is not stable.
const Decomposition kSorts[] = {
    {"All", "", "x : f32[3,40]; k : i64[] = {40}"},
    {"Few", "", "x : f32[3,40]; k : i64[] = {7}"},
    {"Largest", "", "x : f32[3,40]; k : i64[] = {1}"},
    {"Two", "", "x : f32[3,2]; k : i64[] = {2}"},
    {"MoreThanF32Counts", "", "x : f32[1,5000]; k : i64[] = {5000}"},
    {"ManyOfMore", "", "x : f32[1,9000]; k : i64[] = {4500}"},
};

TEST(LegalizeV10Sorts, DoNotDependOnTheOrderOfEquals) {
  for (const Decomposition& entry : kSorts) {
    for (const char* order :
         {R"(mode="max" sort="value" index_element_type="i32")", R"(mode="min" sort="value" index_element_type="i64")",
          R"(mode="max" sort="index" index_element_type="i32")"}) {
      for (const char* axes : {"1", "0"}) {
        SCOPED_TRACE(std::string(entry.name) + " " + order + " " + axes);
        const bool across = *axes == '0';
        std::string text = std::string(entry.text) + R"(; two : f32[] = {2}; p : i64[2] = {1,0}; m = Multiply(x, two)
          r = Round(m) mode="half_to_even"; )";
        text += across ? "t = Transpose(r, p); y = TopK(t, k) axis=0 " : "y = TopK(r, k) axis=1 ";
        const auto graph = graph::ParseGraph(text + order + "; return y.0, y.1");
        const auto before = graph->Clone();
        Legalize(*graph, 10);
        size_t sorts = 0;
        for (graph::Node* node : graph->TopologicalOrder()) {
          if (!node->Is("TopK")) continue;
          graph->SetAttribute(node, "stable", false);
          ++sorts;
        }
        EXPECT_GE(sorts, 2u);
        ExpectSameResults(*graph, *before, 0);
      }
    }
  }
}

// The oldest operation set in v11 is new enough, and a choice that MXNet leaves open costs nothing.
TEST(LegalizeV10Sorts, AreAddedWhereTheyMatterOnly) {
  const std::string text = R"(x : f32[3,40]; k : i64[] = {7}; y = TopK(x, k) axis=1 mode="max" sort="value")";
  const auto in_v11 = graph::ParseGraph(text + R"( index_element_type="i32"; return y.0, y.1)");
  Legalize(*in_v11, 11);
  EXPECT_FALSE(Holds(*in_v11, "GatherElements"));
  const auto open = graph::ParseGraph(text + R"( index_element_type="i32" stable=false; return y.0, y.1)");
  Legalize(*open, 10);
  EXPECT_FALSE(Holds(*open, "GatherElements"));
  const auto single = graph::ParseGraph(R"(x : f32[3,1]; k : i64[] = {1}
    y = TopK(x, k) axis=1 mode="max" sort="value" index_element_type="i32"; return y.0, y.1)");
  Legalize(*single, 10);
  EXPECT_FALSE(Holds(*single, "GatherElements"));
}

// OpenVINO divides by multiplying with the inverse, which is exact for 1 / y only.
TEST(LegalizeV10V11Scales, AreDividedExactly) {
  constexpr const char* kText =
      R"(x : f32[4,5]; r : f32[64]; s : f32[64,1] = random(5); n : f32[] = {127}; z : f32[] = {0}
    m : f32[64,1] = random(3); a = Abs(r); q = Divide(n, a); b = Abs(s); p = Divide(m, b); u = Multiply(p, q)
    v : i64[2] = {4096,1}; w = Reshape(u, v); h = Divide(w, w); e = Multiply(w, h); i : f32[4096,1] = fill(3)
    y = Quantize(i, e) destination_type="i32"; o = Divide(x, n); return y, u, q, o)";
  for (const int version : {10, 11}) {
    const auto graph = graph::ParseGraph(kText);
    const auto before = graph->Clone();
    Legalize(*graph, version);
    size_t plain = 0;
    for (const graph::Node* node : graph->TopologicalOrder()) {
      if (!node->Is("Divide")) continue;
      const graph::Tensor* one = node->Input(0).Constant();
      plain += !one || one->ToVector<float>() != std::vector<float>{1};
    }
    EXPECT_EQ(plain, 1u) << "that whose quotient is not the scale of integers";
    ExpectSameResults(*graph, *before, 0);
  }
}

// What needs no other form keeps its own.
TEST(LegalizeV10V11Keeps, WhatOpenVinoComputesAlike) {
  const auto graph =
      graph::ParseGraph(R"(x : f32[1,2,6,6]; a : i64[1] = {1}; r : f32[1,5] = {0,0,0,5,5}; w : f32[2,2,1,1] = random(1)
    p = AvgPool(x) kernel=[3,3] strides=[3,3] rounding_type="ceil" exclude-pad=false; l = LRN(p, a) alpha=0.01 beta=0.75 bias=2.0 size=3
    q = ROIPooling(x, r) pooled_h=2 pooled_w=2 spatial_scale=0.25; c = Convolution(x, w); return l, q, c)");
  const size_t before = graph->NodeCount();
  Legalize(*graph, 11);
  EXPECT_EQ(graph->NodeCount(), before);
}

}  // namespace
}  // namespace moir::test

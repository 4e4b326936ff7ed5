// Detection, regions of feature maps and sampling.
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

void ExpectKernel(const EngineRun& run, const std::string& layer, const std::string& exec_type) {
  EXPECT_EQ(run.ExecType(layer), exec_type);
}

// Suppression decides by comparison: the numbers must be the same to the last bit.
TEST(BoxNmsKernel, FormatsClassesAndCuts) {
  // Rows (class, score, box): classes 0 to 3, boxes around two places of a small world.
  const char* const rows =
      "x : f32[3,200,6]; a = Abs(x); s : f32[6] = {4, 1, 0.6, 0.6, 0.5, 0.5}; y = Multiply(a, s)\n";
  for (const char* attributes :
       {"in_format=\"center\"", "in_format=\"center\" id_index=0",
        "in_format=\"center\" id_index=0 force_suppress=true",
        "in_format=\"center\" id_index=0 topk=50 valid_thresh=0.3", "in_format=\"center\" topk=7 out_format=\"center\"",
        "in_format=\"center\" overlap_thresh=0.1 id_index=0 background_id=2",
        "overlap_thresh=0.2 out_format=\"center\"", "in_format=\"center\" valid_thresh=2.0",
        "score_index=0 coord_start=2 in_format=\"center\" overlap_thresh=-1.0"}) {
    const EngineRun run = ExpectSameAsPlain(StrCat(rows, "n = BoxNms(y) ", attributes, "; return n"), 0);
    ExpectKernel(run, "n", "vector");
  }
  // Many equal scores, of either sign of zero.
  ExpectSameAsPlain(
      "x : f32[1,300,6]; k : f32[6] = {1, 4, 1, 1, 1, 1}; y = Multiply(x, k); r = Round(y); h : f32[1] = {0.25}\n"
      "n = BoxNms(r) valid_thresh=-9.0 overlap_thresh=0.3 in_format=\"center\"; return n",
      0);
  // More kept boxes than one piece of the vector loops.
  ExpectSameAsPlain(
      "x : f32[1,1000,6]; s : f32[6] = {1, 1, 9, 9, 0.5, 0.5}; y = Multiply(x, s); n = BoxNms(y) valid_thresh=-2.0 "
      "in_format=\"center\"; return n",
      0);
  ExpectSameAsPlain(StrCat(rows, "n = BoxNms(y) topk=0; return n"), 0);
}

TEST(MultiBoxDetectionKernel, ThresholdsAndCuts) {
  for (const char* attributes :
       {"", "threshold=0.4", "nms_topk=20", "force_suppress=true nms_threshold=0.2", "clip=false", "nms_threshold=0.0",
        "nms_threshold=1.0", "threshold=3.0", "variances=[1.0,1.0,0.5,0.5] clip=false"}) {
    for (const int batch : {1, 3}) {
      const EngineRun run =
          ExpectSameAsPlain(StrCat("p : f32[", batch, ",5,3000]; l : f32[", batch,
                                   ",12000]; b : f32[1,3000,4]; m : f32[4] = {0.1, 0.1, 0.1, "
                                   "0.1}; o : f32[4] = {0.2, 0.3, 0.7, 0.8}; c = Multiply(b, m); a = Add(c, o)\n"
                                   "d = MultiBoxDetection(p, l, a) ",
                                   attributes, "; return d"),
                            0);
      ExpectKernel(run, "d", "vector");
    }
  }
}

TEST(MultiProposalKernel, CutsAndLosses) {
  for (const char* attributes : {"", "rpn_pre_nms_top_n=100", "threshold=0.2", "threshold=0.95 rpn_post_nms_top_n=500",
                                 "iou_loss=true", "rpn_min_size=80", "rpn_pre_nms_top_n=-1 rpn_post_nms_top_n=2000"}) {
    for (const int batch : {1, 2}) {
      const EngineRun run = ExpectSameAsPlain(
          StrCat("p : f32[", batch, ",12,9,11]; d : f32[", batch, ",24,9,11]; i : f32[", batch,
                 ",3]; k : f32[3] = {10, 10, 0}; m = Multiply(i, k); t : f32[3] = {140, 160, 1}; f = Add(m, t)\n"
                 "r = MultiProposal(p, d, f) scales=[2.0,4.0] ratios=[0.5,1.0,2.0] ",
                 attributes, "; return r, r.1"),
          0);
      ExpectKernel(run, "r", "vector");
    }
  }
}

// Regions: random corners on a map of 12 x 14, some of them turned inside out or of pictures that do not exist.
const char* const kRois =
    "o : f32[9,5]; k : f32[5] = {1.9, 9, 9, 9, 9}; m = Multiply(o, k); t : f32[5] = {0.5, 4, 4, 8, 8}; r = Add(m, t)\n";

TEST(RegionKernels, Pooling) {
  for (const char* channels : {"1", "3", "20"}) {
    for (const char* attributes :
         {"pooled_h=3 pooled_w=2 spatial_scale=1.0", "pooled_h=7 pooled_w=7 spatial_scale=0.5"}) {
      const EngineRun run = ExpectSameAsPlain(
          StrCat("x : f32[2,", channels, ",12,14]; ", kRois, "p = ROIPooling(x, r) ", attributes, "; return p"), 0);
      ExpectKernel(run, "p", "vector");
    }
  }
  const EngineRun run =
      ExpectSameAsPlain(StrCat("x : f32[2,18,12,14]; ", kRois,
                               "p = PSROIPooling(x, r) output_dim=2 group_size=3 spatial_scale=0.8; return p"),
                        0);
  ExpectKernel(run, "p", "threaded");
}

TEST(RegionKernels, Aligning) {
  const char* const split =
      "z : i64[1] = {0}; e : i64[1] = {1}; f : i64[1] = {5}; b = Slice(r, e, f, e, e); c = Slice(r, z, e, e, e)\n"
      "q = Squeeze(c, e); i = Convert(q) destination_type=\"i32\"\n";
  for (const char* channels : {"1", "3", "20"}) {
    for (const char* attributes : {"spatial_scale=1.0", "spatial_scale=0.5 sampling_ratio=2",
                                   "spatial_scale=0.7 aligned_mode=\"half_pixel_for_nn\" "
                                   "sampling_ratio=3"}) {
      const EngineRun run =
          ExpectSameAsPlain(StrCat("x : f32[2,", channels, ",12,14]; ", kRois, split,
                                   "p = ROIAlign(x, b, i) pooled_h=3 pooled_w=4 ", attributes, "; return p"));
      ExpectKernel(run, "p", "vector");
    }
  }
  for (const char* attributes : {"spatial_scale=1.0", "spatial_scale=0.6 sampling_ratio=2"}) {
    const EngineRun rotated = ExpectSameAsPlain(StrCat(
        "x : f32[2,9,12,14]; o : f32[7,6]; k : f32[6] = {1.9, 6, 6, 5, 5, 180}; m = Multiply(o, k); t : f32[6] = "
        "{0.5, 6, 6, 4, 4, 0}; r = Add(m, t)\np = RROIAlign(x, r) pooled_h=2 pooled_w=3 ",
        attributes, "; return p"));
    ExpectKernel(rotated, "p", "vector");
    const EngineRun run = ExpectSameAsPlain(StrCat(
        "x : f32[2,12,12,14]; ", kRois, "p = PSROIAlign(x, r) pooled_h=2 pooled_w=3 ", attributes, "; return p"));
    ExpectKernel(run, "p", "threaded");
  }
}

TEST(RegionKernels, DeformablePooling) {
  for (const char* trans : {"", "t2 : f32[9,4,3,3]; "}) {
    const EngineRun run = ExpectSameAsPlain(
        StrCat(
            "x : f32[2,16,12,14]; ", kRois, trans, "p = DeformableRegionPooling(x, r", *trans ? ", t2" : "",
            ") output_dim=4 group_size=2 pooled_size=3 part_size=3 sample_per_part=2 spatial_scale=0.8 trans_std=0.3; "
            "return p"),
        0);
    ExpectKernel(run, "p", "threaded");
  }
}

TEST(DeformableConvolutionKernel, GroupsMasksAndPieces) {
  struct Case {
    int channels, filters, group, deformable, kernel, size;
    const char* attributes;
  };
  const Case cases[] = {
      {8, 5, 1, 1, 3, 9, "pads_begin=[1,1] pads_end=[1,1]"},
      {3, 4, 1, 1, 1, 7, ""},
      {8, 6, 2, 4, 3, 8, "pads_begin=[1,1] pads_end=[1,1]"},
      {12, 6, 3, 2, 3, 6, "pads_begin=[2,2] pads_end=[2,2] dilations=[2,2]"},
      {64, 8, 1, 1, 3, 40, "pads_begin=[1,1] pads_end=[1,1]"},
      {64, 8, 1, 1, 3, 19, "pads_begin=[1,1] pads_end=[1,1] strides=[2,2]"},
  };
  for (const Case& c : cases) {
    const int out = std::string(c.attributes).find("strides") == std::string::npos ? c.size : (c.size + 1) / 2;
    for (const bool modulated : {false, true}) {
      const int taps = c.deformable * c.kernel * c.kernel;
      const EngineRun run = ExpectSameAsPlain(StrCat(
          "x : f32[2,", c.channels, ",", c.size, ",", c.size, "]; u : f32[2,", 2 * taps, ",", out, ",", out,
          "]; k : f32[1] = {3}; o = Multiply(u, k); m : f32[2,", taps, ",", out, ",", out, "]; w : f32[", c.filters,
          ",", c.channels / c.group, ",", c.kernel, ",", c.kernel, "] = random(1)\nd = DeformableConvolution(x, o, w",
          modulated ? ", m" : "", ") ", c.attributes, " group=", c.group, " deformable_group=", c.deformable,
          " bilinear_interpolation_pad=", modulated ? "true" : "false", modulated ? "; return d" : "; return d, m"));
      ExpectKernel(run, "d", "gemm");
    }
  }
}

TEST(CorrelationKernel, Displacements) {
  for (const char* attributes :
       {"", "kernel_size=3 max_displacement=2 pad_size=3", "max_displacement=4 stride2=2 pad_size=4",
        "max_displacement=2 stride1=2 pad_size=1", "kernel_size=3 max_displacement=1 is_multiply=false pad_size=1",
        "max_displacement=3 stride1=3 stride2=2 pad_size=3 is_multiply=false"}) {
    const EngineRun run = ExpectSameAsPlain(
        StrCat("x : f32[2,5,11,13]; y : f32[2,5,11,13]; c = Correlation(x, y) ", attributes, "; return c"));
    ExpectKernel(run, "c", "vector");
  }
}

TEST(GridSampleKernel, PlanesAndChannels) {
  for (const char* channels : {"1", "3", "8", "21"}) {
    for (const char* attributes : {"align_corners=true", "", "mode=\"nearest\"", "padding_mode=\"border\""}) {
      const EngineRun run =
          ExpectSameAsPlain(StrCat("x : f32[2,", channels,
                                   ",7,9]; u : f32[2,20,17,2]; k : f32[1] = {1.3}; g = Multiply(u, k); s "
                                   "= GridSample(x, g) ",
                                   attributes, "; return s"));
      const bool plain = std::string(attributes).find("mode=") != std::string::npos;
      ExpectKernel(run, "s", plain ? "plain" : "vector");
    }
  }
  // Points that are not finite, and far ones.
  ExpectSameAsPlain(
      "x : f32[1,9,4,4]; g : f32[1,1,5,2] = {nan, 0, inf, 0.5, 0, -inf, 1e30, 0, -0.5, -1e30}; s = GridSample(x, g) "
      "align_corners=true; return s");
}

TEST(AdaptiveAvgPoolKernel, Sizes) {
  for (const char* size : {"3, 5", "1, 1", "9, 8", "20, 4", "4, 13"}) {
    const EngineRun run =
        ExpectSameAsPlain(StrCat("x : f32[2,3,9,8]; z : i64[2] = {", size, "}; p = AdaptiveAvgPool(x, z); return p"));
    ExpectKernel(run, "p", "vector");
  }
}

}  // namespace
}  // namespace moir::runtime

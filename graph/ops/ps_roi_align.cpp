// PSROIAlign: ROIAlign in which every cell of the grid has channels of its own, as MXNet's _contrib_ROIAlign with
// position_sensitive.
// in 0: data [N, O * pooled_h * pooled_w, H, W], channel (o * pooled_h + py) * pooled_w + px.  in 1: rois [R, 5], rows
// (picture, xmin, ymin, xmax, ymax).  out 0: [R, O, pooled_h, pooled_w].  Attributes and samples are ROIAlign's, with
// `aligned` for half_pixel_for_nn.
#include "graph/ops/elementwise.h"
#include "graph/ops/roi_sampling.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireRegionData(op);
  const Shape& data = op.InputShape(0);
  const Shape& rois = op.InputShape(1);
  op.Require(rois.Rank() == 2 && rois[1] == 5, "shape of rois", rois, "[R,5]");
  const int64_t height = op.Attr<int64_t>("pooled_h"), width = op.Attr<int64_t>("pooled_w");
  const int64_t cells = Shape{height, width}.NumElements();
  op.Require(data[1] % cells == 0, "channels of data", data[1], StrCat("a multiple of the ", cells, " cells"));
  op.SetOutput(0, Shape{rois[0], data[1] / cells, height, width});
}

template <typename T>
void Align(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const auto scale = static_cast<float>(op.Attr<double>("spatial_scale"));
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t cells = out[2] * out[3], plane = data[2] * data[3];
  for (int64_t r = 0; r < out[0]; ++r, dst += out[1] * cells) {
    const T* roi = op.Input(1).Values<T>().data() + r * 5;
    const auto picture = ConvertElement<int64_t, T>(roi[0]);
    if (picture < 0 || picture >= data[0] || plane == 0) continue;
    const RegionSampler<T> sampler(
        RegionOfCorners(roi + 1, scale,
                        op.Attr<bool>("aligned") ? RegionAlignment::kHalfPixelForNn : RegionAlignment::kAsymmetric),
        out[2], out[3], op.Attr<int64_t>("sampling_ratio"), data[2], data[3]);
    for (int64_t cell = 0; cell < cells; ++cell) {
      SampleCell(sampler, cell, src + (picture * data[1] + cell) * plane, cells * plane, out[1], dst + cell, cells);
    }
  }
}

}  // namespace

OpSchema PSROIAlignSchema() {
  return {.name = "PSROIAlign",
          .opset = "moir",
          .inputs = {"data", "rois"},
          .attributes = {RequiredAttribute<int64_t>("pooled_h"),
                         RequiredAttribute<int64_t>("pooled_w"),
                         {"sampling_ratio", int64_t{0}},
                         RequiredAttribute<double>("spatial_scale"),
                         {"aligned", false}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Align<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

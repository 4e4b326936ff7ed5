// RROIAlign: ROIAlign over rotated regions, as MXNet's _contrib_RROIAlign.
// in 0: data [N, C, H, W].  in 1: rois [R, 6], rows (picture, center x, center y, width, height, degrees), the middle
// four in coordinates of the picture.  out 0: [R, C, pooled_h, pooled_w]. A sample (x, y) of the upright region around
// the origin is taken at (x cos + y sin + center x, y cos - x sin + center y). Regions are at least one element wide;
// attributes are ROIAlign's. A region of a picture that does not exist gives 0.
#include "graph/ops/elementwise.h"
#include "graph/ops/roi_sampling.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireRegionData(op);
  const Shape& data = op.InputShape(0);
  const Shape& rois = op.InputShape(1);
  op.Require(rois.Rank() == 2 && rois[1] == 6, "shape of rois", rois, "[R,6]");
  op.SetOutput(0, Shape{rois[0], data[1], op.Attr<int64_t>("pooled_h"), op.Attr<int64_t>("pooled_w")});
}

template <typename T>
void Align(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const auto scale = static_cast<float>(op.Attr<double>("spatial_scale"));
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t cells = out[2] * out[3], plane = data[2] * data[3];
  for (int64_t r = 0; r < out[0]; ++r, dst += data[1] * cells) {
    const T* roi = op.Input(1).Values<T>().data() + r * 6;
    const auto picture = ConvertElement<int64_t, T>(roi[0]);
    if (picture < 0 || picture >= data[0] || plane == 0) continue;
    const RegionSampler<T> sampler(RotatedRegion(roi, scale), out[2], out[3], op.Attr<int64_t>("sampling_ratio"),
                                   data[2], data[3]);
    for (int64_t cell = 0; cell < cells; ++cell)
      SampleCell(sampler, cell, src + picture * data[1] * plane, plane, data[1], dst + cell, cells);
  }
}

}  // namespace

OpSchema RROIAlignSchema() {
  return {.name = "RROIAlign",
          .opset = "moir",
          .inputs = {"data", "rois"},
          .attributes = {RequiredAttribute<int64_t>("pooled_h"),
                         RequiredAttribute<int64_t>("pooled_w"),
                         {"sampling_ratio", int64_t{0}},
                         RequiredAttribute<double>("spatial_scale")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Align<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

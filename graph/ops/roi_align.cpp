// ROIAlign: means of bilinear samples in each cell of a grid laid over regions of a feature map.
// in 0: data [N, C, H, W].  in 1: boxes [R, 4], corners (xmin, ymin, xmax, ymax) in coordinates of the picture.
// in 2: batch_indices [R], integers.  out 0: [R, C, pooled_h, pooled_w].
// Each cell is sampled at sampling_ratio x sampling_ratio regular points, or with 0 at one point per element.
// attr aligned_mode: asymmetric takes corners times spatial_scale and regions of at least one element;
// half_pixel_for_nn shifts the scaled corners by half an element, half_pixel the corners before scaling and back after.
// A region of a picture that does not exist gives 0.
#include "graph/ops/elementwise.h"
#include "graph/ops/roi_sampling.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireRegionData(op);
  const Shape& data = op.InputShape(0);
  const Shape& boxes = op.InputShape(1);
  op.Require(boxes.Rank() == 2 && boxes[1] == 4, "shape of boxes", boxes, "[R,4]");
  op.Require(op.InputShape(2) == Shape({boxes[0]}), "shape of batch_indices", op.InputShape(2),
             StrCat("[", boxes[0], "]"));
  op.Require(IsInteger(op.InputType(2)), "element type of batch_indices", op.InputType(2), "an integer type");
  op.SetOutput(0, Shape{boxes[0], data[1], op.Attr<int64_t>("pooled_h"), op.Attr<int64_t>("pooled_w")});
}

template <typename T>
void Align(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const auto scale = static_cast<float>(op.Attr<double>("spatial_scale"));
  const RegionAlignment aligned = ParseRegionAlignment(op.Attr<std::string>("aligned_mode"));
  const std::vector<int64_t> pictures = op.Input(2).ToVector<int64_t>();
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t cells = out[2] * out[3], plane = data[2] * data[3];
  for (int64_t r = 0; r < out[0]; ++r, dst += data[1] * cells) {
    const int64_t picture = pictures[static_cast<size_t>(r)];
    if (picture < 0 || picture >= data[0] || plane == 0) continue;
    const RegionSampler<T> sampler(RegionOfCorners(op.Input(1).Values<T>().data() + r * 4, scale, aligned), out[2],
                                   out[3], op.Attr<int64_t>("sampling_ratio"), data[2], data[3]);
    for (int64_t cell = 0; cell < cells; ++cell)
      SampleCell(sampler, cell, src + picture * data[1] * plane, plane, data[1], dst + cell, cells);
  }
}

}  // namespace

OpSchema ROIAlignSchema() {
  return {.name = "ROIAlign",
          .opset = "opset9",
          .inputs = {"data", "boxes", "batch_indices"},
          .attributes = {RequiredAttribute<int64_t>("pooled_h"),
                         RequiredAttribute<int64_t>("pooled_w"),
                         {"sampling_ratio", int64_t{0}},
                         RequiredAttribute<double>("spatial_scale"),
                         AttributeSchema::OneOf("mode", {"avg"}),
                         AttributeSchema::OneOf("aligned_mode", {"asymmetric", "half_pixel_for_nn", "half_pixel"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Align<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

// DeformableRegionPooling: means of samples in each cell of a grid laid over regions of a feature map, every cell moved
// by an offset of its own, as MXNet's _contrib_DeformablePSROIPooling. (OpenVINO's DeformablePSROIPooling has no grid
// other than that of the channels.)
// in 0: data [N, C, H, W], C >= output_dim * group_size^2, channel (o * group_size + y) * group_size + x.  in 1: rois
// [R, 5], rows (picture, xmin, ymin, xmax, ymax) in coordinates of the picture.  in 2 (optional): trans [R, 2 * K,
// part_size, part_size], offsets (x, y) for each of K classes, which share the output channels evenly, times trans_std
// in units of the region.  out 0: [R, output_dim, pooled_size, pooled_size]. The region reaches from round(xmin) *
// spatial_scale - 0.5 to (round(xmax) + 1) * spatial_scale - 0.5, over 0.1 elements at least. A cell is sampled at
// sample_per_part^2 points; the mean is over those that lie within half an element of the data, 0 when there are none.
// A region of a picture that does not exist gives 0.
#include "graph/ops/deformable_region_pooling.h"

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  const Shape& rois = op.InputShape(1);
  const int64_t out = op.Attr<int64_t>("output_dim"), group = op.Attr<int64_t>("group_size"),
                pooled = op.Attr<int64_t>("pooled_size"), part = op.Attr<int64_t>("part_size"),
                samples = op.Attr<int64_t>("sample_per_part");
  op.Require(out > 0 && group > 0 && pooled > 0 && part > 0 && samples > 0 && samples <= 4096,
             "output_dim, group_size, pooled_size, part_size and sample_per_part",
             StrCat(out, ", ", group, ", ", pooled, ", ", part, " and ", samples), "positive numbers");
  op.Require(data.Rank() == 4 && data[1] >= Shape{out, group, group}.NumElements() && data[2] > 0 && data[3] > 0,
             "shape of data", data, StrCat("[N,C,H,W] with C from ", out, " * ", group, " * ", group));
  op.Require(rois.Rank() == 2 && rois[1] == 5, "shape of rois", rois, "[R,5]");
  if (op.InputCount() > 2) {
    const Shape& trans = op.InputShape(2);
    op.RequireSameType(0, 2);
    op.Require(trans.Rank() == 4 && trans[0] == rois[0] && trans[1] > 0 && trans[1] % 2 == 0 &&
                   out % (trans[1] / 2) == 0 && trans[2] == part && trans[3] == part,
               "shape of trans", trans, StrCat("[", rois[0], ",2 * K,", part, ",", part, "], K a divisor of ", out));
  }
  op.SetOutput(0, Shape{rois[0], out, pooled, pooled});
}

template <typename T>
void Pool(EvalContext& op) {
  const bool moved = op.InputCount() > 2;
  const DeformableRegionPool<T> pool(op.GetNode(), op.Input(0).Shape(), op.Output().Shape(),
                                     moved ? &op.Input(2).Shape() : nullptr);
  pool.Run(op.Input(0).Values<T>().data(), op.Input(1).Values<T>().data(),
           moved ? op.Input(2).Values<T>().data() : nullptr, op.Output().MutableValues<T>().data(), 0,
           op.Output().Shape()[0]);
}

}  // namespace

OpSchema DeformableRegionPoolingSchema() {
  return {.name = "DeformableRegionPooling",
          .opset = "moir",
          .inputs = {"data", "rois", OptionalInput("trans")},
          .attributes = {RequiredAttribute<int64_t>("output_dim"),
                         RequiredAttribute<int64_t>("group_size"),
                         RequiredAttribute<int64_t>("pooled_size"),
                         RequiredAttribute<int64_t>("part_size"),
                         {"sample_per_part", int64_t{1}},
                         RequiredAttribute<double>("spatial_scale"),
                         {"trans_std", 0.0}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Pool<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

// PSROIPooling: the mean in each cell of a grid laid over regions of a feature map, every cell with channels of its
// own. in 0: data [N, output_dim * group_size^2, H, W], channel (o * group_size + y) * group_size + x.  in 1: rois [R,
// 5], rows (picture, xmin, ymin, xmax, ymax) in coordinates of the picture.  out 0: [R, output_dim, group_size,
// group_size]. The region reaches from round(xmin) * spatial_scale to (round(xmax) + 1) * spatial_scale, over 0.1
// elements at least. A cell covers the elements it touches; an empty cell is 0, and so is a region of a picture that
// does not exist.
#include "graph/ops/ps_roi_pooling.h"

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  const Shape& rois = op.InputShape(1);
  const int64_t out = op.Attr<int64_t>("output_dim"), group = op.Attr<int64_t>("group_size");
  op.Require(out > 0 && group > 0, "output_dim and group_size", StrCat(out, " and ", group), "positive numbers");
  op.Require(data.Rank() == 4 && data[1] == Shape{out, group, group}.NumElements(), "shape of data", data,
             StrCat("[N,", out, " * ", group, " * ", group, ",H,W]"));
  op.Require(rois.Rank() == 2 && rois[1] == 5, "shape of rois", rois, "[R,5]");
  op.SetOutput(0, Shape{rois[0], out, group, group});
}

template <typename T>
void Pool(EvalContext& op) {
  const PositionSensitivePool<T> pool{op.Input(0).Shape(), op.Output().Shape(),
                                      static_cast<T>(static_cast<float>(op.Attr<double>("spatial_scale")))};
  pool.Run(op.Input(0).Values<T>().data(), op.Input(1).Values<T>().data(), op.Output().MutableValues<T>().data(), 0,
           pool.out[0]);
}

}  // namespace

OpSchema PSROIPoolingSchema() {
  return {.name = "PSROIPooling",
          .inputs = {"data", "rois"},
          .attributes = {RequiredAttribute<int64_t>("output_dim"), RequiredAttribute<int64_t>("group_size"),
                         RequiredAttribute<double>("spatial_scale"), AttributeSchema::OneOf("mode", {"average"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Pool<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

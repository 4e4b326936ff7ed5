// PSROIPooling: the mean in each cell of a grid laid over regions of a feature map, every cell with channels of its
// own. in 0: data [N, output_dim * group_size^2, H, W], channel (o * group_size + y) * group_size + x.  in 1: rois [R,
// 5], rows (picture, xmin, ymin, xmax, ymax) in coordinates of the picture.  out 0: [R, output_dim, group_size,
// group_size]. The region reaches from round(xmin) * spatial_scale to (round(xmax) + 1) * spatial_scale, over 0.1
// elements at least. A cell covers the elements it touches; an empty cell is 0, and so is a region of a picture that
// does not exist.
#include <cmath>

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

struct Cells {
  int64_t begin, end;
};

template <typename T>
std::vector<Cells> Divide(T low, T high, T scale, int64_t count, int64_t size) {
  const T start = std::round(low) * scale;
  const T end = static_cast<T>(static_cast<double>(std::round(high)) + 1.) * scale;
  const T step = std::max(end - start, static_cast<T>(0.1)) / static_cast<T>(count);
  const auto clamp = [size](T x) { return std::clamp<int64_t>(ConvertElement<int64_t, T>(x), 0, size); };
  std::vector<Cells> cells;
  for (int64_t p = 0; p < count; ++p) {
    cells.push_back(
        {clamp(std::floor(static_cast<T>(p) * step + start)), clamp(std::ceil(static_cast<T>(p + 1) * step + start))});
  }
  return cells;
}

template <typename T>
void Pool(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const auto scale = static_cast<T>(static_cast<float>(op.Attr<double>("spatial_scale")));
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t cells = out[2] * out[3];
  for (int64_t r = 0; r < out[0]; ++r, dst += out[1] * cells) {
    const T* roi = op.Input(1).Values<T>().data() + r * 5;
    const auto picture = ConvertElement<int64_t, T>(roi[0]);
    if (picture < 0 || picture >= data[0]) continue;
    const std::vector<Cells> rows = Divide<T>(roi[2], roi[4], scale, out[2], data[2]),
                             columns = Divide<T>(roi[1], roi[3], scale, out[3], data[3]);
    for (int64_t i = 0; i < out[1] * cells; ++i) {
      const Cells &y = rows[static_cast<size_t>(i % cells / out[3])], &x = columns[static_cast<size_t>(i % out[3])];
      if (y.begin >= y.end || x.begin >= x.end) continue;
      const T* plane = src + (picture * data[1] + i) * data[2] * data[3];
      T sum = 0;
      for (int64_t h = y.begin; h < y.end; ++h) {
        for (int64_t w = x.begin; w < x.end; ++w) sum += plane[h * data[3] + w];
      }
      dst[i] = sum / static_cast<T>((y.end - y.begin) * (x.end - x.begin));
    }
  }
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

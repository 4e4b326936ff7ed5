// ROIPooling: the largest element in each cell of a grid laid over regions of a feature map.
// in 0: data [N, C, H, W].  in 1: rois [R, 5], rows (picture, xmin, ymin, xmax, ymax) in coordinates of the picture.
// out 0: [R, C, pooled_h, pooled_w].
// Corners times spatial_scale are rounded, halves away from zero; a region is at least one element wide. Cell p of P
// covers floor(p * size / P) to ceil((p + 1) * size / P) of the region, within the data; an empty cell is 0. So is a
// region of a picture that does not exist.
#include <cmath>
#include <limits>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  const Shape& rois = op.InputShape(1);
  const int64_t height = op.Attr<int64_t>("pooled_h"), width = op.Attr<int64_t>("pooled_w");
  op.Require(data.Rank() == 4, "shape of data", data, "[N,C,H,W]");
  op.Require(rois.Rank() == 2 && rois[1] == 5, "shape of rois", rois, "[R,5]");
  op.Require(height > 0 && width > 0, "pooled_h and pooled_w", StrCat(height, " x ", width), "positive sizes");
  op.SetOutput(0, Shape{rois[0], data[1], height, width});
}

struct Cells {
  int64_t begin, end;
};

// The cells of a region [from, to] along an axis of `size` elements.
template <typename T>
std::vector<Cells> Divide(int64_t from, int64_t to, int64_t pooled, int64_t size) {
  const auto step = static_cast<T>(std::max<int64_t>(to - from + 1, 1)) / static_cast<T>(pooled);
  std::vector<Cells> cells;
  for (int64_t p = 0; p < pooled; ++p) {
    const auto begin = ConvertElement<int64_t, T>(std::floor(static_cast<T>(p) * step)) + from,
               end = ConvertElement<int64_t, T>(std::ceil(static_cast<T>(p + 1) * step)) + from;
    cells.push_back({std::clamp<int64_t>(begin, 0, size), std::clamp<int64_t>(end, 0, size)});
  }
  return cells;
}

template <typename T>
void Pool(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const auto scale = static_cast<float>(op.Attr<double>("spatial_scale"));
  T* dst = op.Output().MutableValues<T>().data();
  for (int64_t r = 0; r < out[0]; ++r) {
    const T* roi = op.Input(1).Values<T>().data() + r * 5;
    const auto corner = [&](size_t k) {
      return static_cast<int64_t>(ConvertElement<int32_t, T>(std::round(roi[k] * static_cast<T>(scale))));
    };
    const auto picture = static_cast<int64_t>(ConvertElement<int32_t, T>(roi[0]));
    const bool exists = picture >= 0 && picture < data[0];
    const std::vector<Cells> rows = Divide<T>(corner(2), corner(4), out[2], data[2]),
                             columns = Divide<T>(corner(1), corner(3), out[3], data[3]);
    for (int64_t c = 0; c < data[1]; ++c) {
      const T* plane = op.Input(0).Values<T>().data() + (exists ? picture * data[1] + c : 0) * data[2] * data[3];
      for (const Cells& y : rows) {
        for (const Cells& x : columns) {
          const bool empty = !exists || y.begin >= y.end || x.begin >= x.end;
          T largest = empty ? T(0) : static_cast<T>(std::numeric_limits<float>::lowest());
          for (int64_t h = y.begin; !empty && h < y.end; ++h) {
            for (int64_t w = x.begin; w < x.end; ++w) {
              if (plane[h * data[3] + w] > largest) largest = plane[h * data[3] + w];
            }
          }
          *dst++ = largest;
        }
      }
    }
  }
}

}  // namespace

OpSchema ROIPoolingSchema() {
  return {.name = "ROIPooling",
          .opset = "opset2",
          .inputs = {"data", "rois"},
          .attributes = {RequiredAttribute<int64_t>("pooled_h"), RequiredAttribute<int64_t>("pooled_w"),
                         RequiredAttribute<double>("spatial_scale"), AttributeSchema::OneOf("method", {"max"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Pool<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

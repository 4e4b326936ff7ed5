// GridSample: the data at points given by a grid.
// in 0: data [N, C, H, W].  in 1: grid [N, OH, OW, 2], points (x, y) from -1 to 1.  out 0: [N, C, OH, OW].
// attr align_corners: -1 and 1 are the centers of the first and the last element ((x + 1) * (W - 1) / 2), otherwise
// their outer edges (((x + 1) * W - 1) / 2).  attr mode: bilinear interpolates between four neighbours, nearest takes
// the closest element (halves to even).  attr padding_mode: zeros outside the data, border repeats the outermost
// elements. Points that are not finite give NaN.
#include <cmath>
#include <limits>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  RequireFloat(op, 1);
  const Shape& data = op.InputShape(0);
  const Shape& grid = op.InputShape(1);
  op.Require(data.Rank() == 4 && data[2] > 0 && data[3] > 0, "shape of data", data, "[N,C,H,W]");
  op.Require(grid.Rank() == 4 && grid[0] == data[0] && grid[3] == 2, "shape of grid", grid,
             StrCat("[", data[0], ",OH,OW,2]"));
  op.SetOutput(0, Shape{data[0], data[1], grid[1], grid[2]});
}

// The element of a plane for one point, which lies far from what does not fit in an integer.
template <typename T>
struct Sampler {
  int64_t height, width;
  bool nearest, border;

  T At(const T* plane, int64_t y, int64_t x) const {
    if (border) {
      y = std::clamp<int64_t>(y, 0, height - 1);
      x = std::clamp<int64_t>(x, 0, width - 1);
    }
    return y >= 0 && x >= 0 && y < height && x < width ? plane[y * width + x] : T(0);
  }
  T Sample(const T* plane, T y, T x) const {
    if (!std::isfinite(y) || !std::isfinite(x)) return std::numeric_limits<T>::quiet_NaN();
    const auto limit = [](T at, int64_t size) { return std::clamp(at, T(-2), static_cast<T>(size + 1)); };
    y = limit(y, height);
    x = limit(x, width);
    if (nearest) {
      return At(plane, static_cast<int64_t>(std::nearbyint(y)), static_cast<int64_t>(std::nearbyint(x)));
    }
    const auto top = static_cast<int64_t>(std::floor(y)), left = static_cast<int64_t>(std::floor(x));
    const T high_y = T(1) - (y - static_cast<T>(top)), high_x = T(1) - (x - static_cast<T>(left));
    return At(plane, top, left) * high_y * high_x + At(plane, top, left + 1) * high_y * (T(1) - high_x) +
           At(plane, top + 1, left) * (T(1) - high_y) * high_x +
           At(plane, top + 1, left + 1) * (T(1) - high_y) * (T(1) - high_x);
  }
};

template <typename T>
void Sample(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const int64_t points = op.Output().Shape()[2] * op.Output().Shape()[3], plane = data[2] * data[3];
  const bool align = op.Attr<bool>("align_corners");
  const Sampler<T> sampler{data[2], data[3], op.Attr<std::string>("mode") == "nearest",
                           op.Attr<std::string>("padding_mode") == "border"};
  const auto position = [align](T at, int64_t size) {
    return align ? (at + 1) * static_cast<T>(size - 1) / 2 : ((at + 1) * static_cast<T>(size) - 1) / 2;
  };
  const std::vector<T> grid = op.Input(1).ToVector<T>();
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  for (int64_t i = 0; i < data[0] * data[1]; ++i) {
    const T* point = grid.data() + i / data[1] * points * 2;
    for (int64_t p = 0; p < points; ++p, point += 2)
      *dst++ = sampler.Sample(src + i * plane, position(point[1], data[2]), position(point[0], data[3]));
  }
}

}  // namespace

OpSchema GridSampleSchema() {
  return {.name = "GridSample",
          .opset = "opset9",
          .inputs = {"data", "grid"},
          .attributes = {{"align_corners", false},
                         AttributeSchema::OneOf("mode", {"bilinear", "nearest"}),
                         AttributeSchema::OneOf("padding_mode", {"zeros", "border"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Sample<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

// GridSample of f32, bilinear with zeros outside: points in parallel. Feature maps are read and written with the
// channels last; pictures of few channels plane by plane, with the places and weights of the points found once.
#include <cmath>
#include <limits>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/sampling.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kFewChannels = 8;
constexpr int64_t kPiece = 256;

struct Points {
  int32_t places[4 * kPiece];
  float weights[4 * kPiece];
};

struct Geometry {
  int64_t batch, channels, height, width, points;
  bool align;

  float Position(float at, int64_t size) const {
    return align ? (at + 1) * static_cast<float>(size - 1) / 2 : ((at + 1) * static_cast<float>(size) - 1) / 2;
  }
  // `count` points (x, y) from `grid`; neighbours outside get weight 0, points that are not finite NaN.
  void Locate(const float* grid, int64_t count, Points& points_) const {
    for (int64_t i = 0; i < count; ++i) {
      float y = Position(grid[2 * i + 1], height), x = Position(grid[2 * i], width);
      const bool finite = std::isfinite(y) && std::isfinite(x);
      const auto limit = [](float at, int64_t size) {
        return std::min(std::max(at, -2.0f), static_cast<float>(size + 1));
      };
      y = finite ? limit(y, height) : -2;
      x = finite ? limit(x, width) : -2;
      const auto top = static_cast<int64_t>(std::floor(y)), left = static_cast<int64_t>(std::floor(x));
      const float high_y = 1 - (y - static_cast<float>(top)), high_x = 1 - (x - static_cast<float>(left));
      const float weights[] = {high_y * high_x, high_y * (1 - high_x), (1 - high_y) * high_x,
                               (1 - high_y) * (1 - high_x)};
      for (int64_t k = 0; k < 4; ++k) {
        const int64_t row = top + k / 2, column = left + k % 2;
        const bool inside = row >= 0 && column >= 0 && row < height && column < width;
        points_.places[k * kPiece + i] = inside ? static_cast<int32_t>(row * width + column) : 0;
        points_.weights[k * kPiece + i] = !finite  ? std::numeric_limits<float>::quiet_NaN()
                                          : inside ? weights[k]
                                                   : 0.0f;
      }
    }
  }
};

}  // namespace

std::optional<KernelChoice> MakeGridSample(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& data = context.InputShape();
  const Shape& out = context.OutputShape();
  const Geometry g{data[0], data[1], data[2], data[3], out[2] * out[3], layer.Attr<bool>("align_corners")};
  if (!context.AllF32() || layer.Attr<std::string>("mode") != "bilinear" ||
      layer.Attr<std::string>("padding_mode") != "zeros" || data.NumElements() == 0 || out.NumElements() == 0 ||
      data[2] * data[3] > std::numeric_limits<int32_t>::max())
    return std::nullopt;
  const bool planes = g.channels < kFewChannels;
  KernelChoice choice;
  choice.inputs = {planes ? context.PlainInput(0) : Layout::ChannelsLast(ElementType::kF32, data),
                   context.PlainInput(1)};
  choice.outputs = {planes ? context.PlainOutput() : Layout::ChannelsLast(ElementType::kF32, out)};
  choice.kernel = MakeKernel("vector", [g, planes](const Binding& memory) {
    const float* src = reinterpret_cast<const float*>(memory.inputs[0]);
    const float* grid = reinterpret_cast<const float*>(memory.inputs[1]);
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    const int64_t pieces = (g.points + kPiece - 1) / kPiece, plane = g.height * g.width;
    ParallelFor(g.batch * pieces, 1, [&](int64_t begin, int64_t end) {
      Points points;
      for (int64_t piece = begin; piece < end; ++piece) {
        const int64_t n = piece / pieces, start = piece % pieces * kPiece, count = std::min(kPiece, g.points - start);
        g.Locate(grid + (n * g.points + start) * 2, count, points);
        const float* data_ = src + n * g.channels * plane;
        float* to = dst + n * g.channels * g.points;
        for (int64_t c = 0; planes && c < g.channels; ++c) {
          GatherWeighted(data_ + c * plane, points.places, points.weights, kPiece, to + c * g.points + start, count);
        }
        for (int64_t i = 0; !planes && i < count; ++i) {
          const float* sources[4];
          float weights[4];
          for (int64_t k = 0; k < 4; ++k) {
            sources[k] = data_ + int64_t{points.places[k * kPiece + i]} * g.channels;
            weights[k] = points.weights[k * kPiece + i];
          }
          CopyWeighted(sources, weights, to + (start + i) * g.channels, g.channels);
        }
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime

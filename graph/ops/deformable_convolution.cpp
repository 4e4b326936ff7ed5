// DeformableConvolution: a convolution whose every tap is taken at an offset of its own, interpolated bilinearly.
// in 0: data [N, C, H, W].  in 1: offsets [N, D * 2 * KH * KW, OH, OW], for each deformable group and tap (y, x).
// in 2: filters [O, C / group, KH, KW].  in 3 (optional): mask [N, D * KH * KW, OH, OW], factors of the taps.
// out 0: [N, O, OH, OW].  attr deformable_group: D, which shares the channels evenly.
// attr bilinear_interpolation_pad: true takes everything outside the data as zero. false gives zero for taps outside
// [0, H) x [0, W) and takes those beyond the last row or column as lying on it.
// Sums are taken in double.
#include <cmath>

#include "graph/ops/elementwise.h"
#include "graph/ops/window.h"

namespace moir::graph {
namespace {

std::vector<int64_t> Kernel(const Shape& filters) { return {filters.begin() + 2, filters.end()}; }

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  for (size_t i = 1; i < op.InputCount(); ++i) op.RequireSameType(0, i);
  const Shape& data = op.InputShape(0);
  const Shape& filters = op.InputShape(2);
  const int64_t group = op.Attr<int64_t>("group"), deformable = op.Attr<int64_t>("deformable_group");
  op.Require(data.Rank() == 4, "shape of data", data, "[N,C,H,W]");
  op.Require(group > 0 && data[1] % group == 0, "group", group, StrCat("a divisor of the ", data[1], " channels"));
  op.Require(deformable > 0 && data[1] % deformable == 0, "deformable_group", deformable,
             StrCat("a divisor of the ", data[1], " channels"));
  op.Require(filters.Rank() == 4 && filters[0] % group == 0 && filters[1] == data[1] / group, "shape of filters",
             filters, StrCat("[O,", data[1] / group, ",KH,KW] with O a multiple of ", group));
  const Window window = MakeWindow(op.GetNode(), data, Kernel(filters));
  const std::vector<int64_t> out = OutputSizes(window, 2);
  const int64_t taps = Shape{deformable, filters[2], filters[3]}.NumElements();
  const Shape offsets{data[0], 2 * taps, out[0], out[1]}, mask{data[0], taps, out[0], out[1]};
  op.Require(op.InputShape(1) == offsets, "shape of offsets", op.InputShape(1), offsets.ToString());
  if (op.InputCount() > 3) op.Require(op.InputShape(3) == mask, "shape of mask", op.InputShape(3), mask.ToString());
  op.SetOutput(0, Shape{data[0], filters[0], out[0], out[1]});
}

// The data at (y, x), zero outside.
template <typename T>
T SamplePadded(const T* plane, T y, T x, int64_t height, int64_t width) {
  if (!(y > -1) || !(x > -1) || !(y < static_cast<T>(height)) || !(x < static_cast<T>(width))) return 0;
  const auto top = static_cast<int64_t>(std::floor(y)), left = static_cast<int64_t>(std::floor(x));
  const T low_y = y - static_cast<T>(top), low_x = x - static_cast<T>(left);
  const auto at = [&](int64_t row, int64_t column) {
    return row >= 0 && column >= 0 && row < height && column < width ? plane[row * width + column] : T(0);
  };
  return (1 - low_y) * (1 - low_x) * at(top, left) + (1 - low_y) * low_x * at(top, left + 1) +
         low_y * (1 - low_x) * at(top + 1, left) + low_y * low_x * at(top + 1, left + 1);
}

template <typename T>
T SampleInside(const T* plane, T y, T x, int64_t height, int64_t width) {
  if (!(y >= 0) || !(x >= 0) || !(y < static_cast<T>(height)) || !(x < static_cast<T>(width))) return 0;
  const auto top = static_cast<int64_t>(y), left = static_cast<int64_t>(x);
  if (top >= height - 1) y = static_cast<T>(top);
  if (left >= width - 1) x = static_cast<T>(left);
  const int64_t bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
  const T low_y = y - static_cast<T>(top), low_x = x - static_cast<T>(left);
  return (1 - low_y) * (1 - low_x) * plane[top * width + left] + (1 - low_y) * low_x * plane[top * width + right] +
         low_y * (1 - low_x) * plane[bottom * width + left] + low_y * low_x * plane[bottom * width + right];
}

template <typename T>
void Convolve(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& filters = op.Input(2).Shape();
  const Window w = MakeWindow(op.GetNode(), data, Kernel(filters));
  const bool padded = op.Attr<bool>("bilinear_interpolation_pad");
  const int64_t kernel_h = filters[2], kernel_w = filters[3], taps = kernel_h * kernel_w, out_h = w.out[1],
                out_w = w.out[2], out_plane = out_h * out_w, plane = data[2] * data[3];
  const int64_t channels_per_group = filters[1], out_per_group = filters[0] / op.Attr<int64_t>("group"),
                deformable = op.Attr<int64_t>("deformable_group");
  const T *offsets = op.Input(1).Values<T>().data(), *weights = op.Input(2).Values<T>().data();
  const T* mask = op.InputCount() > 3 ? op.Input(3).Values<T>().data() : nullptr;
  T* dst = op.Output().MutableValues<T>().data();
  // The taps of one picture: [C, KH * KW, OH * OW].
  std::vector<T> columns(static_cast<size_t>(data[1] * taps * out_plane));
  std::vector<double> sums(static_cast<size_t>(out_plane));
  for (int64_t n = 0; n < data[0]; ++n) {
    T* column = columns.data();
    for (int64_t c = 0; c < data[1]; ++c) {
      const T* src = op.Input(0).Values<T>().data() + (n * data[1] + c) * plane;
      const int64_t part = n * deformable + c / (data[1] / deformable);
      for (int64_t tap = 0; tap < taps; ++tap) {
        const T* offset = offsets + (part * taps + tap) * 2 * out_plane;
        for (int64_t i = 0; i < out_plane; ++i) {
          const int64_t row = i / out_w * w.strides[1] - w.pads_begin[1] + tap / kernel_w * w.dilations[1],
                        col = i % out_w * w.strides[2] - w.pads_begin[2] + tap % kernel_w * w.dilations[2];
          const T y = static_cast<T>(row) + offset[i], x = static_cast<T>(col) + offset[out_plane + i];
          const T value =
              padded ? SamplePadded(src, y, x, data[2], data[3]) : SampleInside(src, y, x, data[2], data[3]);
          *column++ = mask ? value * mask[(part * taps + tap) * out_plane + i] : value;
        }
      }
    }
    for (int64_t o = 0; o < filters[0]; ++o) {
      std::fill(sums.begin(), sums.end(), 0.0);
      const int64_t rows = channels_per_group * taps;
      for (int64_t k = 0; k < rows; ++k) {
        const auto weight = static_cast<double>(weights[o * rows + k]);
        const T* from = columns.data() + (o / out_per_group * rows + k) * out_plane;
        for (int64_t i = 0; i < out_plane; ++i) sums[static_cast<size_t>(i)] += weight * static_cast<double>(from[i]);
      }
      for (const double sum : sums) *dst++ = static_cast<T>(sum);
    }
  }
}

}  // namespace

OpSchema DeformableConvolutionSchema() {
  return {.name = "DeformableConvolution",
          .opset = "opset8",
          .inputs = {"data", "offsets", "filters", OptionalInput("mask")},
          .attributes = {{"strides", std::vector<int64_t>{}},
                         {"pads_begin", std::vector<int64_t>{}},
                         {"pads_end", std::vector<int64_t>{}},
                         {"dilations", std::vector<int64_t>{}},
                         AttributeSchema::OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"}),
                         {"group", int64_t{1}},
                         {"deformable_group", int64_t{1}},
                         {"bilinear_interpolation_pad", false}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Convolve<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

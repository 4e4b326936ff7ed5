// Convolution: y[n, o, p] = sum over c, k of x[n, c, p * strides - pads_begin + k * dilations] * w[o, c, k]
// in 0: data [N, C, D1..Ds], s = 1 to 3.  in 1: weights [O, C, K1..Ks].  out 0: [N, O, ...].
// GroupConvolution is the same within each group: weights [G, O/G, C/G, K1..Ks].
// Elements outside the data count as zero. Sums are taken in double (integers wrap around).
#include "graph/ops/elementwise.h"
#include "graph/ops/window.h"

namespace moir::graph {
namespace {

std::vector<AttributeSchema> ConvolutionAttributes() {
  return {{"strides", std::vector<int64_t>{}},
          {"pads_begin", std::vector<int64_t>{}},
          {"pads_end", std::vector<int64_t>{}},
          {"dilations", std::vector<int64_t>{}},
          AttributeSchema::OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"})};
}

struct Groups {
  int64_t count, out_channels, in_channels;  // channels per group
};

Groups WeightGroups(const Shape& weights, bool grouped) {
  return grouped ? Groups{weights[0], weights[1], weights[2]} : Groups{1, weights[0], weights[1]};
}

std::vector<int64_t> Kernel(const Shape& weights, bool grouped) {
  return {weights.begin() + (grouped ? 3 : 2), weights.end()};
}

void Infer(InferContext& op, bool grouped) {
  const Shape& data = op.InputShape(0);
  const Shape& weights = op.InputShape(1);
  op.RequireSameType(0, 1);
  RequireNumeric(op, 0);
  op.Require(data.Rank() >= 3 && data.Rank() <= 5, "rank of data", data.Rank(), "3 to 5");
  op.Require(weights.Rank() == data.Rank() + (grouped ? 1 : 0), "shape of weights", weights,
             StrCat("rank ", data.Rank() + (grouped ? 1 : 0)));
  const Groups groups = WeightGroups(weights, grouped);
  op.Require(data[1] == groups.count * groups.in_channels, "channels of data", data[1],
             StrCat(groups.count * groups.in_channels, " for weights ", weights));
  const Window window = MakeWindow(op.GetNode(), data, Kernel(weights, grouped));
  std::vector<int64_t> dims = {data[0], groups.count * groups.out_channels};
  for (const int64_t size : OutputSizes(window, data.Rank() - 2)) dims.push_back(size);
  op.SetOutput(0, Shape(std::move(dims)));
}

// Adds weight * (the data of one channel under tap kz, ky, kx) to every output of `sums`, row by row.
template <typename T, typename Sum>
void AddTap(const Window& w, const T* plane, Sum weight, const Window::Sizes& tap, Sum* sums) {
  Window::Sizes offset{};
  for (size_t k = 0; k < Window::kMaxRank; ++k) offset[k] = tap[k] * w.dilations[k] - w.pads_begin[k];
  const Span zs = PositionsInside(w.out[0], w.strides[0], offset[0], w.in[0]);
  const Span ys = PositionsInside(w.out[1], w.strides[1], offset[1], w.in[1]);
  const Span xs = PositionsInside(w.out[2], w.strides[2], offset[2], w.in[2]);
  for (int64_t z = zs.begin; z < zs.end; ++z) {
    for (int64_t y = ys.begin; y < ys.end; ++y) {
      const T* src =
          plane + ((z * w.strides[0] + offset[0]) * w.in[1] + y * w.strides[1] + offset[1]) * w.in[2] + offset[2];
      Sum* row = sums + (z * w.out[1] + y) * w.out[2];
      if (w.strides[2] == 1) {
        for (int64_t x = xs.begin; x < xs.end; ++x) row[x] += weight * static_cast<Sum>(src[x]);
      } else {
        for (int64_t x = xs.begin; x < xs.end; ++x) row[x] += weight * static_cast<Sum>(src[x * w.strides[2]]);
      }
    }
  }
}

template <typename T>
void Convolve(EvalContext& op, bool grouped) {
  using Sum = SumOf<T>;
  const Shape& data = op.Input(0).Shape();
  const Shape& weights_shape = op.Input(1).Shape();
  const Groups groups = WeightGroups(weights_shape, grouped);
  const Window w = MakeWindow(op.GetNode(), data, Kernel(weights_shape, grouped));
  const T* src = op.Input(0).Values<T>().data();
  const T* weights = op.Input(1).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t in_size = w.in[0] * w.in[1] * w.in[2];
  const int64_t out_channels = groups.count * groups.out_channels;
  std::vector<Sum> sums(static_cast<size_t>(w.out[0] * w.out[1] * w.out[2]));
  for (int64_t n = 0; n < data[0]; ++n) {
    const T* weight = weights;
    for (int64_t o = 0; o < out_channels; ++o) {
      std::fill(sums.begin(), sums.end(), Sum{});
      const T* plane = src + (n * data[1] + o / groups.out_channels * groups.in_channels) * in_size;
      for (int64_t c = 0; c < groups.in_channels; ++c, plane += in_size) {
        Window::Sizes tap{};
        for (tap[0] = 0; tap[0] < w.kernel[0]; ++tap[0]) {
          for (tap[1] = 0; tap[1] < w.kernel[1]; ++tap[1]) {
            for (tap[2] = 0; tap[2] < w.kernel[2]; ++tap[2])
              AddTap(w, plane, static_cast<Sum>(*weight++), tap, sums.data());
          }
        }
      }
      for (const Sum sum : sums) *dst++ = static_cast<T>(sum);
    }
  }
}

OpSchema MakeSchema(const char* name, bool grouped) {
  return {.name = name,
          .inputs = {"data", "filters"},
          .attributes = ConvolutionAttributes(),
          .infer = [grouped](InferContext& op) { Infer(op, grouped); },
          .evaluate =
              [grouped](EvalContext& op) {
                DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Convolve<decltype(tag)>(op, grouped); });
              }};
}

}  // namespace

OpSchema ConvolutionSchema() { return MakeSchema("Convolution", false); }
OpSchema GroupConvolutionSchema() { return MakeSchema("GroupConvolution", true); }

}  // namespace moir::graph

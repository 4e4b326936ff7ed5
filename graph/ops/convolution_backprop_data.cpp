// ConvolutionBackpropData (transposed convolution, deconvolution): every input element adds its multiple of the kernel
// to the output:  y[n, o, p * strides - pads_begin + k * dilations] += x[n, c, p] * w[c, o, k]
// in 0: data [N, C, D1..Ds], s = 1 to 3.  in 1: weights [C, O, K1..Ks].
// out 0: [N, O, ...], sizes (D - 1) * strides - pads_begin - pads_end + (K - 1) * dilations + 1 + output_padding.
// GroupConvolutionBackpropData is the same within each group: weights [G, C/G, O/G, K1..Ks].
// Sums are taken in double (integers wrap around).
#include "graph/ops/elementwise.h"
#include "graph/ops/window.h"

namespace moir::graph {
namespace {

struct Groups {
  int64_t count, in_channels, out_channels;  // channels per group
};

Groups WeightGroups(const Shape& weights, bool grouped) {
  return grouped ? Groups{weights[0], weights[1], weights[2]} : Groups{1, weights[0], weights[1]};
}

// The window of the convolution whose gradient this is: `in` are the sizes of our output, `out` those of our data.
Window TransposedWindow(const Node& node, const Shape& data, const Shape& weights, bool grouped) {
  const int64_t spatial_rank = data.Rank() - 2;
  const int64_t first_kernel_axis = grouped ? 3 : 2;
  Window w;
  const auto read = [&](std::string_view name, Window::Sizes& to, int64_t smallest) {
    const auto& values = node.Attr<std::vector<int64_t>>(name);
    if (values.empty()) return;
    bool right = static_cast<int64_t>(values.size()) == spatial_rank;
    for (const int64_t value : values) right = right && value >= smallest && value <= Window::kLargest;
    if (!right) {
      Fail(ErrorKind::kBadModel, "attribute ", name, ": got ", FormatAttribute(values), ", expected ", spatial_rank,
           " values from ", smallest, " to ", Window::kLargest);
    }
    std::copy(values.begin(), values.end(), to.end() - spatial_rank);
  };
  Window::Sizes output_padding{0, 0, 0};
  read("strides", w.strides, 1);
  read("dilations", w.dilations, 1);
  read("output_padding", output_padding, 0);
  if (node.Attr<std::string>("auto_pad") == "explicit") {
    read("pads_begin", w.pads_begin, 0);
    read("pads_end", w.pads_end, 0);
  }
  for (int64_t i = 0; i < spatial_rank; ++i) {
    const size_t k = Window::kMaxRank - static_cast<size_t>(spatial_rank - i);
    w.out[k] = data[i + 2];
    w.kernel[k] = weights[first_kernel_axis + i];
    if (w.out[k] > Window::kLargest || w.kernel[k] > Window::kLargest)
      Fail(ErrorKind::kBadModel, "data ", data, " and weights ", weights, ", expected sizes up to ", Window::kLargest);
    w.in[k] = (w.out[k] - 1) * w.strides[k] - w.pads_begin[k] - w.pads_end[k] + (w.kernel[k] - 1) * w.dilations[k] + 1 +
              output_padding[k];
    if (w.in[k] < 1)
      Fail(ErrorKind::kBadModel, "size ", w.in[k], " of the output on axis ", i + 2,
           ", expected a positive one for data ", data, " and weights ", weights);
  }
  return w;
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
  const Window w = TransposedWindow(op.GetNode(), data, weights, grouped);
  std::vector<int64_t> dims = {data[0], groups.count * groups.out_channels};
  dims.insert(dims.end(), w.in.end() - (data.Rank() - 2), w.in.end());
  op.SetOutput(0, Shape(std::move(dims)));
}

// Adds weight * plane, moved to where tap puts it, to `sums`, row by row.
template <typename T, typename Sum>
void AddTap(const Window& w, const T* plane, Sum weight, const Window::Sizes& tap, Sum* sums) {
  Window::Sizes offset{};
  for (size_t k = 0; k < Window::kMaxRank; ++k) offset[k] = tap[k] * w.dilations[k] - w.pads_begin[k];
  const Span zs = PositionsInside(w.out[0], w.strides[0], offset[0], w.in[0]);
  const Span ys = PositionsInside(w.out[1], w.strides[1], offset[1], w.in[1]);
  const Span xs = PositionsInside(w.out[2], w.strides[2], offset[2], w.in[2]);
  for (int64_t z = zs.begin; z < zs.end; ++z) {
    for (int64_t y = ys.begin; y < ys.end; ++y) {
      const T* src = plane + (z * w.out[1] + y) * w.out[2];
      Sum* row = sums + ((z * w.strides[0] + offset[0]) * w.in[1] + y * w.strides[1] + offset[1]) * w.in[2] + offset[2];
      for (int64_t x = xs.begin; x < xs.end; ++x) row[x * w.strides[2]] += weight * static_cast<Sum>(src[x]);
    }
  }
}

template <typename T>
void Deconvolve(EvalContext& op, bool grouped) {
  using Sum = SumOf<T>;
  const Shape& data = op.Input(0).Shape();
  const Shape& weights_shape = op.Input(1).Shape();
  const Groups groups = WeightGroups(weights_shape, grouped);
  const Window w = TransposedWindow(op.GetNode(), data, weights_shape, grouped);
  const T* src = op.Input(0).Values<T>().data();
  const T* weights = op.Input(1).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t data_size = w.out[0] * w.out[1] * w.out[2];
  const int64_t kernel_size = w.kernel[0] * w.kernel[1] * w.kernel[2];
  std::vector<Sum> sums(static_cast<size_t>(w.in[0] * w.in[1] * w.in[2]));
  for (int64_t n = 0; n < data[0]; ++n) {
    for (int64_t g = 0; g < groups.count; ++g) {
      for (int64_t o = 0; o < groups.out_channels; ++o) {
        std::fill(sums.begin(), sums.end(), Sum{});
        for (int64_t c = g * groups.in_channels; c < (g + 1) * groups.in_channels; ++c) {
          const T* plane = src + (n * data[1] + c) * data_size;
          const T* weight = weights + (c * groups.out_channels + o) * kernel_size;
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
}

OpSchema MakeSchema(const char* name, bool grouped) {
  return {.name = name,
          .inputs = {"data", "filters"},
          .attributes = {{"strides", std::vector<int64_t>{}},
                         {"pads_begin", std::vector<int64_t>{}},
                         {"pads_end", std::vector<int64_t>{}},
                         {"dilations", std::vector<int64_t>{}},
                         AttributeSchema::OneOf("auto_pad", {"explicit", "valid"}),
                         {"output_padding", std::vector<int64_t>{}}},
          .infer = [grouped](InferContext& op) { Infer(op, grouped); },
          .evaluate =
              [grouped](EvalContext& op) {
                DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Deconvolve<decltype(tag)>(op, grouped); });
              }};
}

}  // namespace

OpSchema ConvolutionBackpropDataSchema() { return MakeSchema("ConvolutionBackpropData", false); }
OpSchema GroupConvolutionBackpropDataSchema() { return MakeSchema("GroupConvolutionBackpropData", true); }

}  // namespace moir::graph

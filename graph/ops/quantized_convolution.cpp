// QuantizedConvolution: the convolution of 8-bit integers, summed in i32.
// in 0: data [N, C, D1..Ds], s = 1 to 3, i8 or u8.  in 1: weights [O, C / G, K1..Ks], i8.  out 0: [N, O, ...], i32.
// attr group: G.  strides, pads_begin, pads_end, dilations as Convolution has them; the padding is zero.
#include "graph/ops/elementwise.h"
#include "graph/ops/window.h"

namespace moir::graph {
namespace {

std::vector<int64_t> Kernel(const Shape& weights) { return {weights.begin() + 2, weights.end()}; }

void Infer(InferContext& op) {
  const Shape &data = op.InputShape(0), &weights = op.InputShape(1);
  const int64_t groups = op.Attr<int64_t>("group");
  op.Require(op.InputType(0) == ElementType::kI8 || op.InputType(0) == ElementType::kU8, "element type of data",
             op.InputType(0), "i8 or u8");
  op.Require(op.InputType(1) == ElementType::kI8, "element type of weights", op.InputType(1), "i8");
  op.Require(data.Rank() >= 3 && data.Rank() <= 5, "rank of data", data.Rank(), "3 to 5");
  op.Require(weights.Rank() == data.Rank(), "shape of weights", weights, StrCat("rank ", data.Rank()));
  op.Require(groups >= 1 && weights[0] % groups == 0, "group", groups, StrCat("a divisor of ", weights[0]));
  op.Require(data[1] / groups == weights[1] && data[1] % groups == 0, "channels of data", data[1],
             StrCat(groups, " groups of ", weights[1]));
  const Window window = MakeWindow(op.GetNode(), data, Kernel(weights));
  std::vector<int64_t> dims = {data[0], weights[0]};
  for (const int64_t size : OutputSizes(window, data.Rank() - 2)) dims.push_back(size);
  op.SetOutput(0, ElementType::kI32, Shape(std::move(dims)));
}

// Adds weight * (the data of one channel under tap z, y, x) to every sum.
template <typename T>
void AddTap(const Window& w, const T* plane, int32_t weight, const Window::Sizes& tap, uint32_t* sums) {
  Window::Sizes offset{};
  for (size_t k = 0; k < Window::kMaxRank; ++k) offset[k] = tap[k] * w.dilations[k] - w.pads_begin[k];
  const Span zs = PositionsInside(w.out[0], w.strides[0], offset[0], w.in[0]);
  const Span ys = PositionsInside(w.out[1], w.strides[1], offset[1], w.in[1]);
  const Span xs = PositionsInside(w.out[2], w.strides[2], offset[2], w.in[2]);
  for (int64_t z = zs.begin; z < zs.end; ++z) {
    for (int64_t y = ys.begin; y < ys.end; ++y) {
      const T* src =
          plane + ((z * w.strides[0] + offset[0]) * w.in[1] + y * w.strides[1] + offset[1]) * w.in[2] + offset[2];
      uint32_t* row = sums + (z * w.out[1] + y) * w.out[2];
      for (int64_t x = xs.begin; x < xs.end; ++x)
        row[x] += static_cast<uint32_t>(weight * int32_t{src[x * w.strides[2]]});
    }
  }
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape &data = op.Input(0).Shape(), &shape = op.Input(1).Shape();
  const Window w = MakeWindow(op.GetNode(), data, Kernel(shape));
  const int64_t groups = op.Attr<int64_t>("group"), out_per_group = shape[0] / groups;
  const T* src = op.Input(0).Values<T>().data();
  int32_t* dst = op.Output().MutableValues<int32_t>().data();
  const int64_t in_size = w.in[0] * w.in[1] * w.in[2];
  std::vector<uint32_t> sums(static_cast<size_t>(w.out[0] * w.out[1] * w.out[2]));
  for (int64_t n = 0; n < data[0]; ++n) {
    const int8_t* weight = op.Input(1).Values<int8_t>().data();
    for (int64_t o = 0; o < shape[0]; ++o) {
      std::fill(sums.begin(), sums.end(), 0u);
      const T* plane = src + (n * data[1] + o / out_per_group * shape[1]) * in_size;
      for (int64_t c = 0; c < shape[1]; ++c, plane += in_size) {
        Window::Sizes tap{};
        for (tap[0] = 0; tap[0] < w.kernel[0]; ++tap[0]) {
          for (tap[1] = 0; tap[1] < w.kernel[1]; ++tap[1]) {
            for (tap[2] = 0; tap[2] < w.kernel[2]; ++tap[2]) AddTap(w, plane, *weight++, tap, sums.data());
          }
        }
      }
      for (const uint32_t sum : sums) *dst++ = static_cast<int32_t>(sum);
    }
  }
}

}  // namespace

OpSchema QuantizedConvolutionSchema() {
  return {.name = "QuantizedConvolution",
          .opset = "moir",
          .inputs = {"data", "weights"},
          .attributes = {{"strides", std::vector<int64_t>{}},
                         {"pads_begin", std::vector<int64_t>{}},
                         {"pads_end", std::vector<int64_t>{}},
                         {"dilations", std::vector<int64_t>{}},
                         AttributeSchema::OneOf("auto_pad", {"explicit", "valid"}),
                         {"group", int64_t{1}}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            if (op.Input(0).Type() == ElementType::kI8) Evaluate<int8_t>(op);
            else Evaluate<uint8_t>(op);
          }};
}

}  // namespace moir::graph

// Correlation: how much patches of one feature map resemble moved patches of another, as MXNet's Correlation.
// in 0, 1: data [N, C, H, W], taken with pad_size zeros around.  out 0: [N, D * D, OH, OW] with
//   D = 2 * (max_displacement / stride2) + 1,  OH = ceil((H + 2 * pad_size - 2 * border) / stride1),
//   border = max_displacement + (kernel_size - 1) / 2, OW alike.
// Channel (dy, dx), from the smallest displacement on, holds the mean over the kernel's window and the channels of
// data0[y] * data1[y + stride2 * d] (|data0 - data1| without is_multiply), y = i * stride1 + max_displacement onwards.
#include <cmath>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

struct Geometry {
  explicit Geometry(const Node& node)
      : kernel(node.Attr<int64_t>("kernel_size")),
        displacement(node.Attr<int64_t>("max_displacement")),
        stride1(node.Attr<int64_t>("stride1")),
        stride2(node.Attr<int64_t>("stride2")),
        pad(node.Attr<int64_t>("pad_size")) {}
  int64_t Radius() const { return displacement / stride2; }
  int64_t OutputSize(int64_t size) const {
    const int64_t inside = size + 2 * pad - 2 * (displacement + (kernel - 1) / 2);
    return inside <= 0 ? 0 : (inside + stride1 - 1) / stride1;
  }
  int64_t kernel, displacement, stride1, stride2, pad;
};

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  const Geometry g(op.GetNode());
  constexpr int64_t kLargest = int64_t{1} << 20;
  op.Require(data.Rank() == 4, "shape of data", data, "[N,C,H,W]");
  op.Require(op.InputShape(1) == data, "shape of the second data", op.InputShape(1), data.ToString());
  op.Require(g.kernel > 0 && g.kernel % 2 == 1 && g.kernel < kLargest, "kernel_size", g.kernel, "an odd number");
  op.Require(g.displacement >= 0 && g.displacement < 1024, "max_displacement", g.displacement, "0 to 1023");
  op.Require(g.pad >= 0 && g.pad < kLargest, "pad_size", g.pad, StrCat("0 to ", kLargest - 1));
  op.Require(g.stride1 > 0 && g.stride2 > 0 && g.stride1 < kLargest && g.stride2 < kLargest, "stride1 and stride2",
             StrCat(g.stride1, " and ", g.stride2), "positive numbers");
  const int64_t side = 2 * g.Radius() + 1, height = g.OutputSize(data[2]), width = g.OutputSize(data[3]);
  op.Require(height > 0 && width > 0, "size of data", StrCat(data[2], " x ", data[3]),
             "enough for the displacements and the kernel");
  op.SetOutput(0, Shape{data[0], side * side, height, width});
}

template <typename T>
void Correlate(EvalContext& op) {
  const Geometry g(op.GetNode());
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const bool multiply = op.Attr<bool>("is_multiply");
  const int64_t plane = data[2] * data[3], side = 2 * g.Radius() + 1;
  const T *first = op.Input(0).Values<T>().data(), *second = op.Input(1).Values<T>().data();
  // Of picture n; rows and columns count from the padding.
  const auto at = [&](const T* values, int64_t n, int64_t c, int64_t y, int64_t x) {
    y -= g.pad;
    x -= g.pad;
    const bool inside = y >= 0 && x >= 0 && y < data[2] && x < data[3];
    return inside ? values[(n * data[1] + c) * plane + y * data[3] + x] : T(0);
  };
  T* dst = op.Output().MutableValues<T>().data();
  for (int64_t n = 0; n < out[0]; ++n) {
    for (int64_t d = 0; d < out[1]; ++d) {
      const int64_t move_y = (d / side - g.Radius()) * g.stride2, move_x = (d % side - g.Radius()) * g.stride2;
      for (int64_t i = 0; i < out[2]; ++i) {
        for (int64_t j = 0; j < out[3]; ++j) {
          T sum = 0;
          for (int64_t k = 0; k < g.kernel * g.kernel; ++k) {
            const int64_t y = i * g.stride1 + g.displacement + k / g.kernel,
                          x = j * g.stride1 + g.displacement + k % g.kernel;
            for (int64_t c = 0; c < data[1]; ++c) {
              const T a = at(first, n, c, y, x), b = at(second, n, c, y + move_y, x + move_x);
              sum += multiply ? a * b : std::abs(a - b);
            }
          }
          *dst++ = sum / static_cast<T>(g.kernel * g.kernel * data[1]);
        }
      }
    }
  }
}

}  // namespace

OpSchema CorrelationSchema() {
  return {.name = "Correlation",
          .opset = "moir",
          .inputs = {"data1", "data2"},
          .attributes = {{"kernel_size", int64_t{1}},
                         {"max_displacement", int64_t{1}},
                         {"stride1", int64_t{1}},
                         {"stride2", int64_t{1}},
                         {"pad_size", int64_t{0}},
                         {"is_multiply", true}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Correlate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

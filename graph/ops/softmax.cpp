// Softmax: y = e^(x - m) / sum of e^(x - m) along `axis`, where m is the largest x there.
// in 0: data, rank >= 1, float type.  out 0: same.  attr axis: int, in [-rank, rank).
#include <limits>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  op.InputShape(0).NormalizeAxis(op.Attr<int64_t>("axis"));
  InferFloatUnary(op);
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  const int64_t outer = shape.NumElements(0, axis), size = shape[axis],
                inner = shape.NumElements(axis + 1, shape.Rank());
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  std::vector<double> powers(static_cast<size_t>(size));
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      const int64_t first = o * size * inner + i;
      double largest = -std::numeric_limits<double>::infinity();
      for (int64_t k = 0; k < size; ++k) largest = std::max(largest, static_cast<double>(src[first + k * inner]));
      double sum = 0;
      for (int64_t k = 0; k < size; ++k) {
        sum += powers[static_cast<size_t>(k)] = std::exp(static_cast<double>(src[first + k * inner]) - largest);
      }
      for (int64_t k = 0; k < size; ++k) dst[first + k * inner] = static_cast<T>(powers[static_cast<size_t>(k)] / sum);
    }
  }
}

}  // namespace

OpSchema SoftmaxSchema() {
  return {.name = "Softmax",
          .opset = "opset8",
          .inputs = {"data"},
          .attributes = {{"axis", int64_t{1}}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

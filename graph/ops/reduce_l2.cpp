// ReduceL2: the square root of the sum of x^2 along the axes, taken in double.
// in 0: data, any shape, float type.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceL2Of {
  double sum = 0;
  void Take(T x) { sum += static_cast<double>(x) * static_cast<double>(x); }
  T Result(int64_t) const { return static_cast<T>(std::sqrt(sum)); }
};

}  // namespace

OpSchema ReduceL2Schema() {
  return FloatReduceSchema(
      "ReduceL2", [](auto tag) { return ReduceL2Of<decltype(tag)>{}; }, "opset4");
}

}  // namespace moir::graph

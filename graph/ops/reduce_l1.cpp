// ReduceL1: the sum of |x| along the axes, taken in double; integers wrap around.
// in 0: data, any shape, numeric.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceL1Of {
  SumOf<T> sum{};
  void Take(T x) {
    if constexpr (std::is_floating_point_v<T>) sum += std::abs(static_cast<double>(x));
    else sum += x < T{} ? uint64_t{0} - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
  }
  T Result(int64_t) const { return static_cast<T>(sum); }
};

}  // namespace

OpSchema ReduceL1Schema() {
  return ReduceSchema(
      "ReduceL1", [](auto tag) { return ReduceL1Of<decltype(tag)>{}; }, "opset4");
}

}  // namespace moir::graph

// ReduceSum: the sum of the elements along the axes, taken in double; integers wrap around.
// in 0: data, any shape, numeric.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceSumOf {
  SumOf<T> sum{};
  void Take(T x) { sum += static_cast<SumOf<T>>(x); }
  T Result(int64_t) const { return static_cast<T>(sum); }
};

}  // namespace

OpSchema ReduceSumSchema() {
  return ReduceSchema("ReduceSum", [](auto tag) { return ReduceSumOf<decltype(tag)>{}; });
}

}  // namespace moir::graph

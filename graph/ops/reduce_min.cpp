// ReduceMin: the smallest element along the axes, NaN when there is one; the type's highest when there is none.
// in 0: data, any shape, numeric.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include <limits>

#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceMinOf {
  T smallest =
      std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  void Take(T x) { smallest = x < smallest || x != x ? x : smallest; }
  T Result(int64_t) const { return smallest; }
};

}  // namespace

OpSchema ReduceMinSchema() {
  return ReduceSchema("ReduceMin", [](auto tag) { return ReduceMinOf<decltype(tag)>{}; });
}

}  // namespace moir::graph

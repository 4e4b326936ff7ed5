// ReduceMax: the largest element along the axes, NaN when there is one; the type's lowest when there is none.
// in 0: data, any shape, numeric.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include <limits>

#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceMaxOf {
  T largest =
      std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  void Take(T x) { largest = x > largest || x != x ? x : largest; }
  T Result(int64_t) const { return largest; }
};

}  // namespace

OpSchema ReduceMaxSchema() {
  return ReduceSchema("ReduceMax", [](auto tag) { return ReduceMaxOf<decltype(tag)>{}; });
}

}  // namespace moir::graph

// ReduceProd: the product of the elements along the axes, taken in double; integers wrap around.
// in 0: data, any shape, numeric.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceProdOf {
  SumOf<T> product{1};
  void Take(T x) { product *= static_cast<SumOf<T>>(x); }
  T Result(int64_t) const { return static_cast<T>(product); }
};

}  // namespace

OpSchema ReduceProdSchema() {
  return ReduceSchema("ReduceProd", [](auto tag) { return ReduceProdOf<decltype(tag)>{}; });
}

}  // namespace moir::graph

// ReduceMean: the sum of the elements along the axes, taken in double, divided by their number.
// in 0: data, any shape, float type.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

template <typename T>
struct ReduceMeanOf {
  double sum = 0;
  void Take(T x) { sum += static_cast<double>(x); }
  T Result(int64_t count) const { return static_cast<T>(sum / static_cast<double>(count)); }
};

}  // namespace

OpSchema ReduceMeanSchema() {
  return FloatReduceSchema("ReduceMean", [](auto tag) { return ReduceMeanOf<decltype(tag)>{}; });
}

}  // namespace moir::graph

// ReduceLogicalOr: whether any element along the axes is true; false when there is none.
// in 0: data, any shape, boolean.  in 1: axes.  out 0: data without the axes.  attr keep_dims: bool.
#include "graph/ops/reduce.h"

namespace moir::graph {
namespace {

void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape kept = WithoutAxes(data, op.Input(1).ToVector<int64_t>());
  const auto x = op.Input(0).Values<bool>();
  const auto y = op.Output().MutableValues<bool>();
  std::fill(y.begin(), y.end(), false);
  ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) { y[j] = y[j] || x[i]; });
}

}  // namespace

OpSchema ReduceLogicalOrSchema() {
  return {.name = "ReduceLogicalOr",
          .inputs = {"data", "axes"},
          .attributes = {{"keep_dims", false}},
          .infer =
              [](InferContext& op) {
                RequireBoolean(op, 0);
                InferReduce(op);
              },
          .evaluate = Evaluate};
}

}  // namespace moir::graph

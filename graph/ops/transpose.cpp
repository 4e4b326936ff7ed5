// Transpose: axis i of the result is axis order[i] of the data; an empty order reverses all axes.
// in 0: data.  in 1: order, integers.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

std::vector<int64_t> FullOrder(std::vector<int64_t> order, int64_t rank) {
  if (order.empty()) {
    for (int64_t axis = rank; axis-- > 0;) order.push_back(axis);
  }
  return order;
}

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const std::vector<int64_t> order = FullOrder(op.StaticIndices(1), data.Rank());
  std::vector<bool> seen(static_cast<size_t>(data.Rank()), false);
  bool permutation = order.size() == seen.size();
  std::vector<int64_t> dims;
  for (const int64_t axis : order) {
    permutation = permutation && axis >= 0 && axis < data.Rank() && !seen[static_cast<size_t>(axis)];
    op.Require(permutation, "order", FormatAttribute(order),
               StrCat("a permutation of the ", data.Rank(), " axes of ", data));
    seen[static_cast<size_t>(axis)] = true;
    dims.push_back(data[axis]);
  }
  op.Require(permutation, "order", FormatAttribute(order),
             StrCat("a permutation of the ", data.Rank(), " axes of ", data));
  op.SetOutput(0, Shape(std::move(dims)));
}

void Evaluate(EvalContext& op) {
  const std::vector<int64_t> from = op.Input(0).Shape().Strides();
  std::vector<int64_t> strides;
  for (const int64_t axis : FullOrder(op.Input(1).ToVector<int64_t>(), op.Input(0).Shape().Rank()))
    strides.push_back(from[static_cast<size_t>(axis)]);
  CopyStrided(op.Input(0), 0, strides, op.Output());
}

}  // namespace

OpSchema TransposeSchema() {
  return {.name = "Transpose",
          .inputs = {"data", "order"},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

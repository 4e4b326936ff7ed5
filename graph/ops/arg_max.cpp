// ArgMax (set moir): the position of the largest (mode max) or smallest (min) element along an axis.
// in 0: data, numeric.  out 0: positions of index_element_type, the axis with size 1.
// Of equal elements the first one counts. NaN counts as the most extreme value, so the first NaN wins.
// attr axis: int.  attr mode: "max" or "min".  attr index_element_type: "i32" or "i64".
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireNumeric(op, 0);
  Shape shape = op.InputShape(0);
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  op.Require(shape[axis] > 0, "shape of data", shape, "at least one element along the axis");
  shape[axis] = 1;
  op.SetOutput(0, ParseElementType(op.Attr<std::string>("index_element_type")), shape);
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  const int64_t size = shape[axis], inner = shape.NumElements(axis + 1, shape.Rank());
  const bool largest = op.Attr<std::string>("mode") == "max";
  const T* x = op.Input(0).Values<T>().data();
  std::vector<int64_t> positions(static_cast<size_t>(op.Output().NumElements()));
  for (int64_t j = 0; j < static_cast<int64_t>(positions.size()); ++j) {
    const T* row = x + j / inner * size * inner + j % inner;
    int64_t best = 0;
    // A best that is NaN is never passed.
    for (int64_t k = 1; k < size && row[best * inner] == row[best * inner]; ++k) {
      const T value = row[k * inner], top = row[best * inner];
      if (value != value || (largest ? value > top : value < top)) best = k;
    }
    positions[static_cast<size_t>(j)] = best;
  }
  op.Output() = Tensor::FromValues<int64_t>(op.Output().Shape(), positions).ConvertTo(op.Output().Type());
}

}  // namespace

OpSchema ArgMaxSchema() {
  return {.name = "ArgMax",
          .opset = "moir",
          .inputs = {"data"},
          .attributes = {RequiredAttribute<int64_t>("axis"), AttributeSchema::OneOf("mode", {"max", "min"}),
                         AttributeSchema::OneOf("index_element_type", {"i32", "i64"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

// Concat: the inputs one after another along `axis`.
// in 0..: tensors of one type whose shapes agree but along the axis.  attr axis: int, negative counts from the end.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  Shape shape = op.InputShape(0);
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  for (size_t i = 1; i < op.InputCount(); ++i) {
    op.RequireSameType(0, i);
    Shape other = op.InputShape(i);
    bool fits = other.Rank() == shape.Rank();
    for (int64_t k = 0; fits && k < shape.Rank(); ++k) fits = k == axis || other[k] == shape[k];
    op.Require(fits, StrCat("shape of input ", i), other, StrCat(op.InputShape(0), " but along axis ", axis));
    shape[axis] += other[axis];
  }
  op.SetOutput(0, shape);
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Output().Shape();
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  const int64_t outer = shape.NumElements(0, axis);
  const int64_t row = shape.NumElements(axis, shape.Rank());
  auto* dst = static_cast<std::byte*>(op.Output().MutableData());
  int64_t begin = 0;
  for (size_t i = 0; i < op.InputCount(); ++i) {
    const int64_t piece = op.Input(i).Shape().NumElements(axis, shape.Rank());
    for (int64_t o = 0; o < outer; ++o) CopyElements(op.Input(i), o * piece, dst, o * row + begin, piece);
    begin += piece;
  }
}

}  // namespace

OpSchema ConcatSchema() {
  return {.name = "Concat",
          .inputs = {VariadicInput("inputs")},
          .attributes = {RequiredAttribute<int64_t>("axis")},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

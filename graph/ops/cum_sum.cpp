// CumSum: running sums along an axis.
//   y[.., i, ..] = x[.., 0, ..] + ... + x[.., i, ..]
// in 0: data, numeric; integers wrap around.  in 1: axis, one integer.  out 0: same type and shape.
// attr exclusive: bool, default false: x[i] itself is left out (the first sum is 0).
// attr reverse: bool, default false: the sums run from the end.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireNumeric(op, 0);
  const std::vector<int64_t> axis = op.StaticIndices(1);
  op.Require(axis.size() == 1, "axis", FormatAttribute(axis), "one integer");
  op.InputShape(0).NormalizeAxis(axis[0]);
  op.SetOutput(0, op.InputShape(0));
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t axis = shape.NormalizeAxis(op.Input(1).ToVector<int64_t>().at(0));
  const int64_t outer = shape.NumElements(0, axis), size = shape[axis];
  const int64_t inner = shape.NumElements(axis + 1, shape.Rank());
  const bool exclusive = op.Attr<bool>("exclusive"), reverse = op.Attr<bool>("reverse");
  const T* x = op.Input(0).Values<T>().data();
  T* y = op.Output().MutableValues<T>().data();
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      SumOf<T> sum{};
      for (int64_t k = 0; k < size; ++k) {
        const int64_t at = (o * size + (reverse ? size - 1 - k : k)) * inner + i;
        if (exclusive) y[at] = static_cast<T>(sum);
        sum += static_cast<SumOf<T>>(x[at]);
        if (!exclusive) y[at] = static_cast<T>(sum);
      }
    }
  }
}

}  // namespace

OpSchema CumSumSchema() {
  return {.name = "CumSum",
          .opset = "opset3",
          .inputs = {"data", "axis"},
          .attributes = {{"exclusive", false}, {"reverse", false}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

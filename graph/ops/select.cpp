// Select: y = cond ? a : b, element by element.
// in 0: cond, boolean.  in 1, 2: a and b of one type.  All shapes broadcast as in NumPy.  out 0: the type of a.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireBoolean(op, 0);
  op.RequireSameType(1, 2);
  const Shape values = BinaryShape(op, 1, 2);
  if (op.Attr<std::string>("auto_broadcast") == "none")
    op.Require(op.InputShape(0) == values, "shape of cond", op.InputShape(0), StrCat(values, " without broadcasting"));
  op.SetOutput(0, op.InputType(1), BroadcastShapes(op.InputShape(0), values));
}

template <typename T>
void Evaluate(EvalContext& op) {
  const auto cond = op.Input(0).Values<bool>();
  const auto y = op.Output().MutableValues<T>();
  const Shape& out = op.Output().Shape();
  for (const size_t branch : {1, 2}) {
    const auto values = op.Input(branch).Values<T>();
    ForEachBroadcast(op.Input(0).Shape(), op.Input(branch).Shape(), out, [&](size_t i, size_t j, size_t k) {
      if (cond[i] == (branch == 1)) y[k] = values[j];
    });
  }
}

}  // namespace

OpSchema SelectSchema() {
  return {.name = "Select",
          .inputs = {"cond", "then", "else"},
          .attributes = {AutoBroadcastAttribute()},
          .infer = Infer,
          .evaluate =
              [](EvalContext& op) { DispatchType(op.Output().Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); }); },
          .evaluates_any_type = true};
}

}  // namespace moir::graph

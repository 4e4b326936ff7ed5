// Broadcast: the data repeated to fill a shape, aligned at the last axis.
// in 0: data.  in 1: target_shape, integers.
// mode numpy: the result has exactly the target shape. mode bidirectional: the shape that data and target broadcast to.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape target(op.StaticIndices(1));
  if (op.Attr<std::string>("mode") == "bidirectional") {
    op.SetOutput(0, BroadcastShapes(data, target));
    return;
  }
  op.Require(BroadcastsTo(data, target), "target_shape", target, StrCat("one to which ", data, " broadcasts"));
  op.SetOutput(0, target);
}

void Evaluate(EvalContext& op) {
  CopyStrided(op.Input(0), 0, BroadcastStrides(op.Input(0).Shape(), op.Output().Shape()), op.Output());
}

}  // namespace

OpSchema BroadcastSchema() {
  return {.name = "Broadcast",
          .opset = "opset3",
          .inputs = {"data", "target_shape"},
          .attributes = {AttributeSchema::OneOf("mode", {"numpy", "bidirectional"})},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

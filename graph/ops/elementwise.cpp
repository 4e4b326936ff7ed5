#include "graph/ops/elementwise.h"

namespace moir::graph {

void RequireNumeric(const InferContext& op, size_t index) {
  op.Require(op.InputType(index) != ElementType::kBool, StrCat("element type of input ", index), op.InputType(index),
             "a number type");
}
void RequireFloat(const InferContext& op, size_t index) {
  op.Require(IsFloat(op.InputType(index)), StrCat("element type of input ", index), op.InputType(index),
             "f16, bf16, f32 or f64");
}
void RequireBoolean(const InferContext& op, size_t index) {
  op.Require(op.InputType(index) == ElementType::kBool, StrCat("element type of input ", index), op.InputType(index),
             "boolean");
}

void InferUnary(InferContext& op) {
  RequireNumeric(op, 0);
  op.SetOutput(0, op.InputShape(0));
}
void InferFloatUnary(InferContext& op) {
  RequireFloat(op, 0);
  op.SetOutput(0, op.InputShape(0));
}

AttributeSchema AutoBroadcastAttribute() { return AttributeSchema::OneOf("auto_broadcast", {"numpy", "none"}); }

Shape BinaryShape(const InferContext& op, size_t a, size_t b) {
  if (op.Attr<std::string>("auto_broadcast") == "none") {
    op.Require(op.InputShape(a) == op.InputShape(b), StrCat("shape of input ", b), op.InputShape(b),
               StrCat(op.InputShape(a), " without broadcasting"));
  }
  return BroadcastShapes(op.InputShape(a), op.InputShape(b));
}

void InferBinary(InferContext& op) {
  op.RequireSameType(0, 1);
  RequireNumeric(op, 0);
  op.SetOutput(0, BinaryShape(op, 0, 1));
}
void InferComparison(InferContext& op) {
  op.RequireSameType(0, 1);
  op.SetOutput(0, ElementType::kBool, BinaryShape(op, 0, 1));
}
void InferLogical(InferContext& op) {
  RequireBoolean(op, 0);
  RequireBoolean(op, 1);
  op.SetOutput(0, BinaryShape(op, 0, 1));
}

}  // namespace moir::graph

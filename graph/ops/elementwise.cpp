#include "graph/ops/elementwise.h"

namespace moir::graph {

// The texts are made where a requirement is not met only: these are asked with every inference of a shape.
static void RequireType(const InferContext& op, size_t index, bool met, std::string_view expected) {
  if (!met) op.Require(false, StrCat("element type of input ", index), op.InputType(index), expected);
}
void RequireNumeric(const InferContext& op, size_t index) {
  RequireType(op, index, op.InputType(index) != ElementType::kBool, "a number type");
}
void RequireFloat(const InferContext& op, size_t index) {
  RequireType(op, index, IsFloat(op.InputType(index)), "f16, bf16, f32 or f64");
}
void RequireBoolean(const InferContext& op, size_t index) {
  RequireType(op, index, op.InputType(index) == ElementType::kBool, "boolean");
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

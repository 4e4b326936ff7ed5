// Builder: small graphs of opset operators, written like formulas. What it adds is named after one node.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/rewriter.h"

namespace moir::transforms {

using namespace graph;

class Builder {
 public:
  Builder(Rewriter& rewriter, std::string name) : rewriter_(rewriter), name_(std::move(name)) {}

  // Nodes are called NAME/OP, with a number when that is taken.
  Value Op(std::string_view op, std::vector<Value> inputs, Attributes attributes = {});
  Node* OpNode(std::string_view op, std::vector<Value> inputs, Attributes attributes = {});

  Value Constant(Tensor value);
  // f32, without axes.
  Value Number(double value);
  Value Indices(const std::vector<int64_t>& values);
  // f32 0, 1, .. count - 1 under the shape.
  Value Positions(int64_t count, Shape shape);

  Value Add(Value a, Value b) { return Op("Add", {a, b}); }
  Value Subtract(Value a, Value b) { return Op("Subtract", {a, b}); }
  Value Multiply(Value a, Value b) { return Op("Multiply", {a, b}); }
  Value Divide(Value a, Value b) { return Op("Divide", {a, b}); }
  Value Maximum(Value a, Value b) { return Op("Maximum", {a, b}); }
  Value Minimum(Value a, Value b) { return Op("Minimum", {a, b}); }
  Value And(Value a, Value b) { return Op("LogicalAnd", {a, b}); }
  Value Select(Value condition, Value then, Value otherwise) { return Op("Select", {condition, then, otherwise}); }
  Value Convert(Value value, ElementType type);
  Value ToFloat(Value value) { return Convert(value, ElementType::kF32); }
  // The value itself, behind a Clamp without limits, which keeps OpenVINO from joining the operations on either side.
  Value Apart(Value value);
  Value Reshape(Value value, const Shape& shape);
  Value Transpose(Value value, const std::vector<int64_t>& order);
  Value Concat(std::vector<Value> values, int64_t axis);
  // Elements begin to end - 1 along an axis.
  Value Slice(Value value, int64_t axis, int64_t begin, int64_t end);
  // The columns of the last axis, each without it.
  std::vector<Value> Columns(Value value);
  // data [B, N, ..], indices [B, K]: rows of each batch.
  Value GatherRows(Value data, Value indices);
  Value Reduce(std::string_view op, Value value, const std::vector<int64_t>& axes, bool keep_dims);
  // The k largest along the last axis by value, equals in their order: values and positions (i64).
  Node* Largest(Value value, int64_t k);
  // Positions (i64) along an axis: those with a flag (1 or 0) first, in their order, then the others in theirs.
  Value FlaggedOrder(Value flags, int64_t axis);
  // rows [B, N, ..] and flags [B, N] (1 or 0): the flagged rows first, in their order, then the others in theirs.
  // `flags` becomes the flags in the new order.
  Value FlaggedFirst(Value rows, Value& flags);

 private:
  Rewriter& rewriter_;
  std::string name_;
};

}  // namespace moir::transforms

#include "transforms/legalize_for_ir_v10_v11/builder.h"

#include <limits>
#include <utility>

namespace moir::transforms {

Value Builder::Op(std::string_view op, std::vector<Value> inputs, Attributes attributes) {
  return OpNode(op, std::move(inputs), std::move(attributes))->Output();
}

Node* Builder::OpNode(std::string_view op, std::vector<Value> inputs, Attributes attributes) {
  return rewriter_.AddNode(op, StrCat(name_, "/", op), std::move(inputs), std::move(attributes));
}

Value Builder::Constant(Tensor value) { return rewriter_.Constant(name_ + "/constant", std::move(value)); }

Value Builder::Number(double value) { return Constant(Tensor::Scalar(static_cast<float>(value))); }

Value Builder::Indices(const std::vector<int64_t>& values) { return Constant(Tensor::Indices(values)); }

Value Builder::Positions(int64_t count, Shape shape) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return Constant(Tensor::FromValues<float>(std::move(shape), values));
}

Value Builder::Convert(Value value, ElementType type) {
  if (value.Type() == type) return value;
  return Op("Convert", {value}, {{"destination_type", std::string(ElementTypeName(type))}});
}

Value Builder::Apart(Value value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return Op("Clamp", {value}, {{"min", -kInfinity}, {"max", kInfinity}});
}

Value Builder::Reshape(Value value, const Shape& shape) {
  if (value.Shape() == shape) return value;
  return Op("Reshape", {value, Indices(shape.Dims())});
}

Value Builder::Transpose(Value value, const std::vector<int64_t>& order) {
  return Op("Transpose", {value, Indices(order)});
}

Value Builder::Concat(std::vector<Value> values, int64_t axis) {
  if (values.size() == 1) return values[0];
  return Op("Concat", std::move(values), {{"axis", axis}});
}

Value Builder::Slice(Value value, int64_t axis, int64_t begin, int64_t end) {
  if (begin == 0 && end == value.Shape()[axis]) return value;
  return Op("Slice", {value, Indices({begin}), Indices({end}), Indices({1}), Indices({axis})});
}

std::vector<Value> Builder::Columns(Value value) {
  const int64_t axis = value.Shape().Rank() - 1, count = value.Shape()[axis];
  std::vector<Value> columns;
  for (int64_t i = 0; i < count; ++i) {
    columns.push_back(
        Op("Gather", {value, Constant(Tensor::Scalar<int64_t>(i)), Constant(Tensor::Scalar<int64_t>(axis))}));
  }
  return columns;
}

Value Builder::GatherRows(Value data, Value indices) {
  return Op("Gather", {data, indices, Constant(Tensor::Scalar<int64_t>(1))}, {{"batch_dims", int64_t{1}}});
}

Value Builder::Reduce(std::string_view op, Value value, const std::vector<int64_t>& axes, bool keep_dims) {
  return Op(op, {value, Indices(axes)}, {{"keep_dims", keep_dims}});
}

Node* Builder::Largest(Value value, int64_t k) {
  return OpNode("TopK", {value, Constant(Tensor::Scalar<int64_t>(k))},
                {{"axis", value.Shape().Rank() - 1},
                 {"mode", std::string("max")},
                 {"sort", std::string("value")},
                 {"index_element_type", std::string("i64")}});
}

Value Builder::FlaggedOrder(Value flags, int64_t axis) {
  const Shape& shape = flags.Shape();
  const int64_t count = shape[axis];
  std::vector<int64_t> row(static_cast<size_t>(shape.Rank()), 1);
  row[static_cast<size_t>(axis)] = count;
  const Value positions = Positions(count, Shape(row)), zero = Number(0), one = Number(1);
  // How many are flagged up to each place, and how many in all.
  const Value before = Op("CumSum", {flags, Constant(Tensor::Scalar<int64_t>(axis))});
  const Value all = Slice(before, axis, count - 1, count);
  // Where each element goes; then, which one comes to each place.
  const Value places =
      Select(Op("Greater", {flags, zero}), Subtract(before, one), Add(all, Subtract(positions, before)));
  const Value order = Op("ScatterElementsUpdate", {places, Convert(places, ElementType::kI64),
                                                   Add(Multiply(flags, zero), positions), Indices({axis})});
  return Convert(order, ElementType::kI64);
}

Value Builder::FlaggedFirst(Value rows, Value& flags) {
  const int64_t count = flags.Shape()[1];
  const Value order = FlaggedOrder(flags, 1);
  flags = ToFloat(Op("Less", {Positions(count, Shape{1, count}), Reduce("ReduceSum", flags, {1}, true)}));
  return GatherRows(rows, order);
}

}  // namespace moir::transforms

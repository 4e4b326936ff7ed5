#include "mo/mxnet/node_converter.h"

#include <algorithm>

namespace moir::mo {

void NodeConverter::RequireInputs(size_t low, size_t high) const {
  if (InputCount() >= low && InputCount() <= high) return;
  Bad("got ", InputCount(), " inputs, expected ", low, low == high ? "" : StrCat(" to ", high));
}

Value NodeConverter::Input(size_t index) {
  Require(index < InputCount(), "got ", InputCount(), " inputs, expected at least ", index + 1);
  return source_.Resolve(node_.inputs[index]);
}

Value NodeConverter::Weight(size_t index, const Shape& shape, ElementType type) {
  Require(index < InputCount(), "got ", InputCount(), " inputs, expected at least ", index + 1);
  const Value value = source_.ResolveAs(node_.inputs[index], shape, true, attributes_.Place());
  if (value.Type() == type) return value;
  if (const Tensor* constant = value.Constant()) return Constant(constant->ConvertTo(type), StrCat("input", index));
  return Convert(value, type, StrCat("input", index));
}

Value NodeConverter::State(size_t index, const Shape& shape) {
  Require(index < InputCount(), "got ", InputCount(), " inputs, expected at least ", index + 1);
  return source_.ResolveAs(node_.inputs[index], shape, false, attributes_.Place());
}

graph::Node* NodeConverter::AddNode(std::string_view op, std::vector<Value> inputs, graph::Attributes attributes,
                                    std::string_view suffix) {
  std::string name(suffix.empty() ? op : suffix);
  if (suffix.empty())
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  made_.push_back(graph_.Add(op, StrCat(Name(), "/", name), std::move(inputs), std::move(attributes)));
  return made_.back();
}

Value NodeConverter::Add(std::string_view op, std::vector<Value> inputs, graph::Attributes attributes,
                         std::string_view suffix) {
  return AddNode(op, std::move(inputs), std::move(attributes), suffix)->Output();
}

Value NodeConverter::Indices(const std::vector<int64_t>& values, std::string_view suffix) {
  return Constant(Tensor::Indices(values), suffix);
}

Value NodeConverter::Constant(Tensor value, std::string_view suffix) {
  made_.push_back(graph_.AddConstant(StrCat(Name(), "/", suffix), std::move(value)));
  return made_.back()->Output();
}

Value NodeConverter::Scalar(double value, ElementType type, std::string_view suffix) {
  return Constant(Tensor::Scalar(value).ConvertTo(type), suffix);
}

Value NodeConverter::Reshape(Value data, std::vector<int64_t> pattern, std::string_view suffix) {
  const bool special_zero = std::find(pattern.begin(), pattern.end(), 0) != pattern.end();
  return Add("Reshape", {data, Indices(pattern, StrCat(suffix, "/pattern"))}, {{"special_zero", special_zero}}, suffix);
}

Value NodeConverter::Transpose(Value data, std::vector<int64_t> order, std::string_view suffix) {
  return Add("Transpose", {data, Indices(order, StrCat(suffix, "/order"))}, {}, suffix);
}

Value NodeConverter::Convert(Value data, ElementType type, std::string_view suffix) {
  if (data.Type() == type) return data;
  return Add("Convert", {data}, {{"destination_type", std::string(ElementTypeName(type))}}, suffix);
}

void NodeConverter::Output(size_t index, Value value) {
  if (index == 0 && std::find(made_.begin(), made_.end(), value.node) != made_.end()) graph_.Rename(value.node, Name());
  if (outputs_.size() <= index) outputs_.resize(index + 1);
  outputs_[index] = value;
  value.node->AddOutputName(value.index, index == 0 ? Name() : StrCat(Name(), ".", index));
}

int64_t NodeConverter::Axis(int64_t axis, int64_t rank, std::string_view attribute) const {
  if (axis < -rank || axis >= rank)
    Bad("attribute ", attribute, ": got ", axis, ", expected a value in [", -rank, ", ", rank, ")");
  return axis < 0 ? axis + rank : axis;
}

}  // namespace moir::mo

#include "graph/ir/ir_v10_v11_layer.h"

#include <algorithm>
#include <cctype>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/ir/attribute_text.h"
#include "graph/op_schema.h"
#include "graph/ops/expansion.h"

namespace moir::graph {
namespace {

// What is computed while a file is read: shapes and tables of indices, not weights.
constexpr int64_t kMaxFolded = 1 << 16;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsStatic(const Node& node) {
  // Between two axes, Interpolate may hold more than its input and output.
  if (!node.Schema().evaluate || node.InputCount() == 0 || node.Is("Interpolate")) return false;
  for (size_t i = 0; i < node.OutputCount(); ++i) {
    if (node.Shape(i).NumElements() > kMaxFolded) return false;
  }
  if (node.Schema().reads_shape_only) return true;
  return std::all_of(node.Inputs().begin(), node.Inputs().end(),
                     [](const Value& input) { return input.Constant() && input.Shape().NumElements() <= kMaxFolded; });
}

}  // namespace

Value NetLayerBuilder::Input(size_t index) const {
  if (index >= inputs_.size())
    Fail(ErrorKind::kBadModel, "it has ", inputs_.size(), " inputs, expected at least ", index + 1);
  return inputs_[index];
}

void NetLayerBuilder::RequireInputs(size_t least, size_t most) const {
  if (inputs_.size() >= least && inputs_.size() <= most) return;
  Fail(ErrorKind::kBadModel, "it has ", inputs_.size(), " inputs, expected ",
       least == most ? StrCat(least) : StrCat(least, " to ", most));
}

Tensor NetLayerBuilder::StaticInput(size_t index, std::string_view what) const {
  const Value input = Input(index);
  if (const Tensor* constant = input.Constant()) return *constant;
  if (const std::optional<Tensor> value = EvaluateStatic(input)) return *value;
  Fail(ErrorKind::kUnsupported, "input ", index, " (", what,
       ") must be known when the model is read, but it depends on the model's inputs");
}

std::vector<int64_t> NetLayerBuilder::StaticInts(size_t index, std::string_view what) const {
  return StaticInput(index, what).ToVector<int64_t>();
}

int64_t NetLayerBuilder::StaticInt(size_t index, std::string_view what) const {
  const std::vector<int64_t> values = StaticInts(index, what);
  Require(values.size() == 1, what, FormatAttribute(values), "one number");
  return values[0];
}

const std::string& NetLayerBuilder::RequiredText(std::string_view name) {
  const std::string* text = layer_.FindAttribute(name);
  if (!text) Fail(ErrorKind::kBadModel, "attribute ", name, " is missing");
  understood_.emplace(name);
  return *text;
}

std::string NetLayerBuilder::Text(std::string_view name) { return RequiredText(name); }

namespace {

template <typename T>
T Parse(const std::string& text, std::string_view name) {
  try {
    return std::get<T>(AttributeFromText(text, Attribute(T{})));
  } catch (const Error& error) {
    Fail(ErrorKind::kBadModel, "attribute ", name, ": ", error.what());
  }
}

}  // namespace

int64_t NetLayerBuilder::Int(std::string_view name) { return Parse<int64_t>(RequiredText(name), name); }
double NetLayerBuilder::Double(std::string_view name) { return Parse<double>(RequiredText(name), name); }
bool NetLayerBuilder::Bool(std::string_view name) {
  const std::string text = Lower(Trim(RequiredText(name)));
  return Parse<bool>(text, name);
}
std::vector<int64_t> NetLayerBuilder::Ints(std::string_view name) {
  return Parse<std::vector<int64_t>>(RequiredText(name), name);
}
std::vector<double> NetLayerBuilder::Doubles(std::string_view name) {
  return Parse<std::vector<double>>(RequiredText(name), name);
}

std::string NetLayerBuilder::OneOf(std::string_view name, const std::vector<std::string>& allowed) {
  if (!Has(name)) return allowed.at(0);
  const std::string text = RequiredText(name);
  for (const std::string& known : allowed) {
    if (Lower(known) == Lower(text)) return known;
  }
  Fail(ErrorKind::kBadModel, "attribute ", name, ": got \"", text, "\", expected one of ", Join(allowed, ", "));
}

Attributes NetLayerBuilder::SchemaAttributes(std::string_view op) {
  Attributes attributes;
  for (const AttributeSchema& schema : FindOpSchema(op)->attributes) {
    if (!Has(schema.name)) continue;
    if (!schema.one_of.empty()) {
      attributes[schema.name] = OneOf(schema.name, schema.one_of);
    } else if (std::holds_alternative<bool>(schema.type_example)) {
      attributes[schema.name] = Bool(schema.name);
    } else {
      const std::string& text = RequiredText(schema.name);
      try {
        attributes[schema.name] = AttributeFromText(text, schema.type_example);
      } catch (const Error& error) {
        Fail(ErrorKind::kBadModel, "attribute ", schema.name, ": ", error.what());
      }
    }
  }
  return attributes;
}

void NetLayerBuilder::CheckAllUnderstood() const {
  for (const auto& [name, text] : layer_.attributes) {
    if (!understood_.contains(name))
      Fail(ErrorKind::kBadModel, "attribute ", name, "=\"", text.substr(0, 40), "\" is not understood");
  }
}

std::string NetLayerBuilder::NodeName(std::string_view suffix) const {
  return suffix.empty() ? name_ : StrCat(name_, "/", suffix);
}

std::vector<Value> NetLayerBuilder::AddNode(std::string_view op, std::string_view suffix, std::vector<Value> inputs,
                                            Attributes attributes) {
  Node* node = graph_.Add(op, NodeName(suffix), std::move(inputs), std::move(attributes));
  std::vector<Value> outputs;
  if (IsStatic(*node)) {
    std::vector<Tensor> values;
    for (const Value& input : node->Inputs()) {
      values.push_back(node->Schema().reads_shape_only ? Tensor::Wrap(nullptr, input.Type(), input.Shape())
                                                       : *input.Constant());
    }
    values = EvaluateNode(*node, values);
    const std::string name = node->Name();
    graph_.Remove(node);
    for (const Tensor& value : values) outputs.push_back(graph_.AddConstant(name, value)->Output());
    return outputs;
  }
  if (node->Schema().expand) return ExpandNode(graph_, node);
  for (size_t i = 0; i < node->OutputCount(); ++i) outputs.push_back(node->Output(i));
  return outputs;
}

Value NetLayerBuilder::Constant(std::string_view suffix, Tensor value) {
  return graph_.AddConstant(NodeName(suffix), std::move(value))->Output();
}

Value NetLayerBuilder::Scalar(std::string_view suffix, double value, ElementType type) {
  return Constant(suffix, Tensor::Scalar<double>(value).ConvertTo(type));
}

Value NetLayerBuilder::Reshape(Value value, std::string_view suffix, const Shape& shape) {
  if (value.Shape() == shape) return value;
  return Add("Reshape", suffix, {value, Indices(StrCat(NodeName(suffix), "_shape"), shape.Dims())},
             {{"special_zero", false}});
}

Value NetLayerBuilder::Transpose(Value value, std::string_view suffix, const std::vector<int64_t>& order) {
  return Add("Transpose", suffix, {value, Indices(StrCat(suffix, "_order"), order)});
}

Value NetLayerBuilder::Convert(Value value, std::string_view suffix, ElementType type) {
  if (value.Type() == type) return value;
  return Add("Convert", suffix, {value}, {{"destination_type", std::string(ElementTypeName(type))}});
}

ElementType NetElementType(std::string_view name) {
  // Types of values and, with FP for f and BOOL, precisions of ports.
  static constexpr std::pair<std::string_view, ElementType> kNames[] = {
      {"bf16", ElementType::kBF16}, {"bool", ElementType::kBool}, {"boolean", ElementType::kBool},
      {"f16", ElementType::kF16},   {"f32", ElementType::kF32},   {"f64", ElementType::kF64},
      {"fp16", ElementType::kF16},  {"fp32", ElementType::kF32},  {"fp64", ElementType::kF64},
      {"i32", ElementType::kI32},   {"i64", ElementType::kI64},   {"i8", ElementType::kI8},
      {"u8", ElementType::kU8}};
  const std::string lower = Lower(Trim(name));
  for (const auto& [known, type] : kNames) {
    if (known == lower) return type;
  }
  return ElementType::kUndefined;
}

}  // namespace moir::graph

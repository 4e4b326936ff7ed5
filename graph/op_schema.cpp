#include "graph/op_schema.h"

#include <algorithm>

#include "graph/error.h"
#include "graph/evaluate.h"

namespace moir::graph {

// Not in the header, because every file of an operator would compile them again.
AttributeSchema::AttributeSchema(std::string attribute_name, Attribute default_value)
    : name(std::move(attribute_name)), type_example(std::move(default_value)) {}
AttributeSchema::AttributeSchema(const AttributeSchema&) = default;
AttributeSchema::AttributeSchema(AttributeSchema&&) noexcept = default;
AttributeSchema& AttributeSchema::operator=(const AttributeSchema&) = default;
AttributeSchema& AttributeSchema::operator=(AttributeSchema&&) noexcept = default;
AttributeSchema::~AttributeSchema() = default;

InputSchema::InputSchema(const char* input_name, Kind input_kind) : name(input_name), kind(input_kind) {}
InputSchema::InputSchema(const InputSchema&) = default;
InputSchema::InputSchema(InputSchema&&) noexcept = default;
InputSchema& InputSchema::operator=(const InputSchema&) = default;
InputSchema& InputSchema::operator=(InputSchema&&) noexcept = default;
InputSchema::~InputSchema() = default;

AttributeSchema AttributeSchema::OneOf(std::string attribute_name, std::vector<std::string> values) {
  AttributeSchema schema(std::move(attribute_name), Attribute(values.at(0)));
  schema.one_of = std::move(values);
  return schema;
}

AttributeSchema AttributeSchema::Within(double low, double high) && {
  range = {low, high};
  return std::move(*this);
}

const AttributeSchema* OpSchema::FindAttribute(std::string_view attribute) const {
  for (const AttributeSchema& schema : attributes) {
    if (schema.name == attribute) return &schema;
  }
  return nullptr;
}

std::optional<Tensor> InferContext::StaticInput(size_t index) const {
  if (const Tensor* constant = node_.Input(index).Constant()) return *constant;
  return EvaluateStatic(node_.Input(index));
}

std::vector<int64_t> InferContext::StaticIndices(size_t index) const {
  const std::optional<Tensor> value = StaticInput(index);
  if (!value) {
    Fail(ErrorKind::kUnsupported, "node \"", node_.Name(), "\" (", node_.Op(), "): input ", index, " (",
         index < node_.Schema().inputs.size() ? node_.Schema().inputs[index].name : "",
         ") must be known when shapes are settled, but it depends on the model's inputs");
  }
  return value->ToVector<int64_t>();
}

void InferContext::SetOutput(size_t index, ElementType type, Shape shape) {
  if (index >= node_.outputs_.size()) node_.outputs_.resize(index + 1);
  node_.outputs_[index].type = type;
  node_.outputs_[index].shape = std::move(shape);
}

void InferContext::RequireSameType(size_t a, size_t b) const {
  if (InputType(a) == InputType(b)) return;  // before the texts are made
  FailRequire(StrCat("element type of input ", b), MakePart(InputType(b)),
              StrCat("that of input ", a, ", ", InputType(a)));
}

void InferContext::FailRequire(std::string_view what, StreamedPart got, std::string_view expected) const {
  Fail(ErrorKind::kBadModel, "node \"", node_.Name(), "\" (", node_.Op(), "): ", what, ": got ", StrCatParts({got}),
       ", expected ", expected);
}

}  // namespace moir::graph

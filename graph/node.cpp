#include "graph/node.h"

#include <algorithm>

#include "graph/error.h"
#include "graph/graph.h"
#include "graph/op_schema.h"

namespace moir::graph {

const graph::Shape& Value::Shape() const { return node->Shape(index); }
ElementType Value::Type() const { return node->Type(index); }

Node* Value::Producer(std::string_view op) const { return node && node->Is(op) ? node : nullptr; }

const Tensor* Value::Constant() const { return Producer("Constant") ? &node->ConstantValue() : nullptr; }

size_t Value::ReaderCount() const { return node->Readers(index).size(); }

bool Value::IsGraphOutput() const {
  return std::any_of(node->graph_->outputs_.begin(), node->graph_->outputs_.end(),
                     [&](const GraphOutput& output) { return output.value == *this; });
}

const std::string& Node::Op() const { return schema_->name; }

const Value& Node::Input(size_t index) const {
  Check(index < inputs_.size(), "node \"", name_, "\": input ", index, " of ", inputs_.size());
  return inputs_[index];
}

void Node::AddOutputName(size_t index, const std::string& name) {
  std::vector<std::string>& names = outputs_.at(index).names;
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

size_t Node::ReaderCount() const {
  size_t count = 0;
  for (const auto& readers : readers_) count += readers.size();
  return count;
}

const Attribute& Node::AttrValue(std::string_view name) const {
  const auto found = attributes_.find(name);
  if (found != attributes_.end()) return found->second;
  const AttributeSchema* schema = schema_->FindAttribute(name);
  Check(schema && !schema->required, "node \"", name_, "\": operator ", Op(), " has no attribute \"", name, "\"");
  return schema->type_example;
}

const Tensor& Node::ConstantValue() const {
  Check(Is("Constant"), "node \"", name_, "\": a ", Op(), " asked for its constant value");
  return constant_;
}

void Node::FailAttributeType(std::string_view name, const Attribute& value) const {
  Fail(ErrorKind::kInternal, "node \"", name_, "\": attribute ", name, " is of type ", AttributeTypeName(value),
       ", asked for as another");
}

}  // namespace moir::graph

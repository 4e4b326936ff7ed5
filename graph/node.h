// Node: one operation of a graph, with its inputs, attributes and settled outputs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/attribute.h"
#include "graph/tensor.h"

namespace moir::graph {

class Graph;
class Node;
struct OpSchema;

// One output of one node. Cheap to copy; valid as long as the node is in its graph.
struct Value {
  Node* node = nullptr;
  size_t index = 0;

  explicit operator bool() const { return node != nullptr; }
  friend bool operator==(const Value&, const Value&) = default;

  const graph::Shape& Shape() const;
  ElementType Type() const;
  // The producing node when it is an `op`, otherwise null.
  Node* Producer(std::string_view op) const;
  // The tensor when the producer is a Constant, otherwise null.
  const Tensor* Constant() const;
  // How many node inputs read this value, and whether it is an output of the graph.
  size_t ReaderCount() const;
  bool IsGraphOutput() const;
  // Exactly one node input reads the value and it is no output of the graph.
  bool HasOneReader() const { return ReaderCount() == 1 && !IsGraphOutput(); }
};

// One input of one node that reads a value.
struct Use {
  Node* node = nullptr;
  size_t index = 0;
  friend bool operator==(const Use&, const Use&) = default;
};

struct OutputInfo {
  ElementType type = ElementType::kUndefined;
  graph::Shape shape;
  // Names under which the source framework knows this value (for .mapping and for tensor names in IR v10/v11).
  std::vector<std::string> names;
};

class Node {
 public:
  const std::string& Name() const { return name_; }
  const OpSchema& Schema() const { return *schema_; }
  const std::string& Op() const;  // the operator's name, e.g. "Convolution"
  bool Is(std::string_view op) const { return Op() == op; }

  size_t InputCount() const { return inputs_.size(); }
  const Value& Input(size_t index) const;
  const std::vector<Value>& Inputs() const { return inputs_; }

  size_t OutputCount() const { return outputs_.size(); }
  Value Output(size_t index = 0) { return {this, index}; }
  const OutputInfo& OutputAt(size_t index) const { return outputs_.at(index); }
  const graph::Shape& Shape(size_t index = 0) const { return outputs_.at(index).shape; }
  ElementType Type(size_t index = 0) const { return outputs_.at(index).type; }
  void AddOutputName(size_t index, const std::string& name);
  // Every (node, input) that reads output `index`, in no particular order.
  const std::vector<Use>& Readers(size_t index = 0) const { return readers_.at(index); }
  // Over all outputs.
  size_t ReaderCount() const;

  const graph::Attributes& Attributes() const { return attributes_; }
  // The attribute's value, or the schema's default. Throws kInternal when the operator has no such attribute or
  // its type is another.
  template <typename T>
  const T& Attr(std::string_view name) const {
    const Attribute& value = AttrValue(name);
    const T* typed = std::get_if<T>(&value);
    if (!typed) FailAttributeType(name, value);
    return *typed;
  }
  const Attribute& AttrValue(std::string_view name) const;

  // The values of a Constant.
  const Tensor& ConstantValue() const;

 private:
  friend class Graph;
  friend class InferContext;
  friend struct Value;
  [[noreturn]] void FailAttributeType(std::string_view name, const Attribute& value) const;

  Graph* graph_ = nullptr;
  std::string name_;
  const OpSchema* schema_ = nullptr;
  std::vector<Value> inputs_;
  graph::Attributes attributes_;
  std::vector<OutputInfo> outputs_;
  std::vector<std::vector<Use>> readers_;
  Tensor constant_;
  size_t position_ = 0;  // in Graph::nodes_
};

}  // namespace moir::graph

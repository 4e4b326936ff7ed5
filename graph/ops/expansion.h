// Expansion: the meaning of an operator written in terms of other operators.
//
// The layers of old IR files ("ie.TYPE") are defined this way: one function per layer serves shape inference, plain
// evaluation and the reader, which puts the expansion in the layer's place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/op_schema.h"

namespace moir::graph {

class Expansion {
 public:
  // `inputs` are values of `graph` and stand for the inputs of `node`, which may be of another graph.
  Expansion(const Node& node, Graph& graph, std::vector<Value> inputs)
      : node_(node), graph_(graph), inputs_(std::move(inputs)) {}

  size_t InputCount() const { return inputs_.size(); }
  const Value& Input(size_t index) const { return inputs_.at(index); }
  const std::vector<Value>& Inputs() const { return inputs_; }
  const Shape& InputShape(size_t index) const { return Input(index).Shape(); }
  template <typename T>
  const T& Attr(std::string_view name) const {
    return node_.Attr<T>(name);
  }
  // Whether the attribute was given (as opposed to the schema's default).
  bool Has(std::string_view name) const { return node_.Attributes().contains(name); }

  // New nodes are named "NODE/suffix".
  Value Add(std::string_view op, std::string_view suffix, std::vector<Value> inputs, Attributes attributes = {});
  Node* AddNode(std::string_view op, std::string_view suffix, std::vector<Value> inputs, Attributes attributes = {});
  Value Constant(std::string_view suffix, Tensor value);
  Value Indices(std::string_view suffix, const std::vector<int64_t>& values) {
    return Constant(suffix, Tensor::Indices(values));
  }
  // A rank-0 constant of the type of `like`.
  Value Scalar(std::string_view suffix, double value, Value like);
  // The value under another shape: for constants the same bytes, otherwise a Reshape. The value itself when the
  // shape is the same.
  Value Reshaped(Value value, std::string_view suffix, Shape shape);

  // Takes back a node that nothing reads.
  void Remove(Value value);

  // Throws kBadModel: node "NAME" (OP): WHAT: got GOT, expected EXPECTED.
  template <typename Got>
  void Require(bool condition, std::string_view what, const Got& got, std::string_view expected) const {
    if (!condition) FailRequire(what, StrCat(got), expected);
  }
  // Throws kUnsupported with the node's name in front.
  [[noreturn]] void Unsupported(std::string_view reason) const;

 private:
  [[noreturn]] void FailRequire(std::string_view what, const std::string& got, std::string_view expected) const;
  std::string Name(std::string_view suffix) const { return StrCat(node_.Name(), "/", suffix); }

  const Node& node_;
  Graph& graph_;
  std::vector<Value> inputs_;
};

// Fills `infer` and `evaluate` of a schema that has `expand`.
OpSchema WithDerivedMeaning(OpSchema schema);

// Puts the expansion of `node` in its place; the node is removed. The node that yields output 0 takes over its name
// when the expansion created it and it has one output. Returns the new outputs.
std::vector<Value> ExpandNode(Graph& graph, Node* node);

}  // namespace moir::graph

// Graph: a model as a directed acyclic graph of operators, with ordered inputs (Parameter nodes) and named,
// ordered outputs.
//
// Nodes are owned by the graph and keep their address. Every change goes through the graph, which keeps the
// reader lists right; types and shapes are settled when a node is added.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/node.h"

namespace moir::graph {

struct GraphOutput {
  std::string name;  // what the user calls it
  Value value;
};

class Graph {
 public:
  explicit Graph(std::string name = "model");
  ~Graph();
  Graph(Graph&&) = delete;  // nodes point to their graph
  Graph& operator=(Graph&&) = delete;

  const std::string& Name() const { return name_; }
  void SetName(std::string name) { name_ = std::move(name); }

  // Adds a node, checks it against its schema and settles its outputs. An empty or taken name is made unique
  // ("relu", "relu_2", ...). Throws kBadModel or kUnsupported with the node's name in front.
  Node* Add(std::string_view op, std::string name, std::vector<Value> inputs, Attributes attributes = {});
  Node* AddParameter(std::string name, ElementType type, Shape shape);
  Node* AddConstant(std::string name, Tensor value);

  const std::vector<Node*>& Parameters() const { return parameters_; }  // the model's inputs, in their order
  const std::vector<GraphOutput>& Outputs() const { return outputs_; }
  void AddOutput(std::string name, Value value);
  void SetOutputs(std::vector<GraphOutput> outputs);
  void SetOutputName(size_t position, std::string name) { outputs_.at(position).name = std::move(name); }

  size_t NodeCount() const { return nodes_.size(); }
  Node* FindNode(std::string_view name) const;  // null when there is none
  // Every node after its producers. Among nodes that are ready the earlier added comes first, so the order is stable.
  // Throws kBadModel when the graph has a cycle.
  std::vector<Node*> TopologicalOrder() const;

  // `reader`'s input `index` reads `value` from now on. Outputs are not settled again (see InferNode, InferAll).
  void SetInput(Node* reader, size_t index, Value value);
  void SetAttribute(Node* node, std::string_view name, Attribute value);
  void SetConstant(Node* node, Tensor value);
  void Rename(Node* node, std::string name);  // made unique
  // Everything that reads `from`, graph outputs included, reads `to`. Framework names of `from` move to `to`.
  void ReplaceValue(Value from, Value to);
  // Removes a node that nothing reads. Throws kInternal otherwise.
  void Remove(Node* node);
  void RemoveParameter(Node* node) { Remove(node); }
  // Removes every node from which no graph output can be reached (Parameters stay). Returns how many.
  size_t RemoveDead();

  // Settles the outputs of one node, or of all in topological order, again.
  void InferNode(Node* node);
  void InferAll();
  // Gives a Parameter another shape; InferAll must follow.
  void SetParameterShape(Node* parameter, Shape shape);

  std::string UniqueName(std::string_view base) const;
  std::unique_ptr<Graph> Clone() const;  // constants share their values

 private:
  friend class Node;
  friend struct Value;
  void DropUse(Value value, Use use);
  std::string name_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Node*> parameters_;
  std::vector<GraphOutput> outputs_;
  std::unordered_map<std::string, Node*> by_name_;
  mutable std::unordered_map<std::string, size_t> next_suffix_;
};

}  // namespace moir::graph

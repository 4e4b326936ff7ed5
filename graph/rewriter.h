// Rewriter: what a pass changes a graph with.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"

namespace moir::graph {

class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph) {}
  Graph& GetGraph() { return graph_; }

  // New nodes. A name that is taken gets a suffix.
  Value Add(std::string_view op, std::string name, std::vector<Value> inputs, Attributes attributes = {}) {
    return graph_.Add(op, std::move(name), std::move(inputs), std::move(attributes))->Output(0);
  }
  Node* AddNode(std::string_view op, std::string name, std::vector<Value> inputs, Attributes attributes = {}) {
    return graph_.Add(op, std::move(name), std::move(inputs), std::move(attributes));
  }
  Value Constant(std::string name, Tensor value) {
    return graph_.AddConstant(std::move(name), std::move(value))->Output(0);
  }
  Value Indices(std::string name, const std::vector<int64_t>& values) {
    return Constant(std::move(name), Tensor::Indices(values));
  }

  // `node` (of one output) computes what `by` computes: everything that reads the node reads `by`, and the node goes,
  // with producers nobody reads. A producer of `by` that was named after the node (its name plus a suffix, as Add
  // makes it when the name is taken) inherits the name.
  void Replace(Node& node, Value by);
  // The same for one of several outputs; the node stays until no output is read.
  void ReplaceValue(Value from, Value to) { graph_.ReplaceValue(from, to); }
  // Removes the node if nothing reads it, then its producers likewise.
  void RemoveUnread(Node* node);

  // Nodes removed since the pass began must not be visited any more.
  bool IsRemoved(const Node* node) const { return removed_.contains(node); }

 private:
  Graph& graph_;
  std::unordered_set<const Node*> removed_;
  friend class NodePass;
};

}  // namespace moir::graph

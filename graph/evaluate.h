// Plain evaluation of nodes and graphs: the meaning of a model, without any optimization.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace moir::graph {

// Outputs of `node` for `inputs`. Throws kUnsupported when the operator has no evaluation.
std::vector<Tensor> EvaluateNode(const Node& node, std::span<const Tensor> inputs);

// Outputs of the graph, in the order of Graph::Outputs(), for one tensor per Parameter (by name; type and shape must
// match). Values are freed after their last reader.
std::vector<Tensor> EvaluateGraph(const Graph& graph, const std::map<std::string, Tensor>& inputs);

// The same; `listener` is told of every value, inputs and constants included, in topological order. When it returns
// false the evaluation ends, without results.
using ValueListener = std::function<bool(Value value, const Tensor& tensor)>;
std::vector<Tensor> EvaluateGraph(const Graph& graph, const std::map<std::string, Tensor>& inputs,
                                  const ValueListener& listener);

// The value when it depends on constants and settled shapes only and takes few steps; at most `max_elements` elements
// at every step.
std::optional<Tensor> EvaluateStatic(Value value, int64_t max_elements = 1 << 16);

}  // namespace moir::graph

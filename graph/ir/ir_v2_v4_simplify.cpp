#include "graph/ir/ir_v2_v4_simplify.h"

#include <algorithm>
#include <string>
#include <vector>

#include "graph/error.h"

namespace moir::graph {
namespace {

bool IsBroadcasting(const Node& node) {
  for (const char* op : {"Add", "Multiply", "Maximum", "Minimum", "Subtract"}) {
    if (node.Is(op)) return true;
  }
  return false;
}

std::vector<int64_t> WithoutLeadingOnes(const Shape& shape) {
  const auto first = std::find_if(shape.begin(), shape.end(), [](int64_t size) { return size != 1; });
  return {first, shape.end()};
}

// The input of a Tile that repeats axes of size one only, or of a Reshape that only adds or takes leading ones;
// otherwise nothing.
Value BeforeBroadcast(Value value) {
  if (Node* tile = value.Producer("Tile")) {
    const Value from = tile->Input(0);
    if (from.Shape().Rank() != value.Shape().Rank()) return {};
    for (int64_t axis = 0; axis < from.Shape().Rank(); ++axis) {
      if (from.Shape()[axis] != value.Shape()[axis] && from.Shape()[axis] != 1) return {};
    }
    return from;
  }
  if (Node* reshape = value.Producer("Reshape")) {
    const Value from = reshape->Input(0);
    return WithoutLeadingOnes(from.Shape()) == WithoutLeadingOnes(value.Shape()) ? from : Value{};
  }
  return {};
}

bool Broadcasts(const Shape& a, const Shape& b, const Shape& out) {
  try {
    return BroadcastShapes(a, b) == out;
  } catch (const Error&) {
    return false;
  }
}

void SkipTiles(Graph& graph, Node* node) {
  for (size_t i = 0; i < 2; ++i) {
    const Value other = node->Input(1 - i);
    bool tiled = false;
    Value best;
    for (Value value = node->Input(i); value; value = BeforeBroadcast(value)) {
      // Reshapes alone change nothing.
      tiled = tiled || value.Producer("Tile");
      if (value != node->Input(i) && Broadcasts(value.Shape(), other.Shape(), node->Shape())) best = value;
    }
    if (tiled && best) graph.SetInput(node, i, best);
  }
}

// x when the value is x * -1 and nothing else reads it.
Value Negated(Value value) {
  Node* product = value.Producer("Multiply");
  if (!product || !value.HasOneReader()) return {};
  const Tensor* factor = product->Input(1).Constant();
  if (!factor || factor->NumElements() != 1 || !IsFloat(factor->Type()) || factor->ToVector<double>()[0] != -1)
    return {};
  return product->Input(0).Shape() == value.Shape() ? product->Input(0) : Value{};
}

// `node` becomes `op` of the two values, under its name.
void Become(Graph& graph, Node* node, const char* op, Value a, Value b) {
  const std::string name = node->Name();
  Node* made = graph.Add(op, name, {a, b});
  graph.ReplaceValue(node->Output(), made->Output());
  graph.Remove(node);
  graph.Rename(made, name);
}

}  // namespace

void SimplifyOldLayers(Graph& graph) {
  for (Node* node : graph.TopologicalOrder()) {
    if (IsBroadcasting(*node)) SkipTiles(graph, node);
  }
  for (Node* node : graph.TopologicalOrder()) {
    if (node->Is("Add")) {
      const Value a = node->Input(0), b = node->Input(1);
      if (const Value x = Negated(b)) {
        Become(graph, node, "Subtract", a, x);
      } else if (const Value y = Negated(a)) {
        Become(graph, node, "Subtract", b, y);
      }
    } else if (node->Is("Multiply")) {
      Node* maximum = node->Input(0).Producer("Maximum");
      const Tensor* factor = node->Input(1).Constant();
      if (!maximum || !node->Input(0).HasOneReader() || !factor || factor->NumElements() != 1 ||
          node->Shape() != maximum->Shape())
        continue;
      if (!IsFloat(factor->Type()) || factor->ToVector<double>()[0] != -1) continue;
      const Value a = Negated(maximum->Input(0)), b = Negated(maximum->Input(1));
      if (a && b) Become(graph, node, "Minimum", a, b);
    }
  }
}

}  // namespace moir::graph

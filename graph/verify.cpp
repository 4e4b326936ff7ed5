#include "graph/verify.h"

#include <algorithm>
#include <set>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::graph {

void Verify(Graph& graph) {
  const std::vector<Node*> order = graph.TopologicalOrder();
  std::set<std::string> names;
  std::set<const Node*> members(order.begin(), order.end());
  for (Node* node : order) {
    Check(names.insert(node->Name()).second, "two nodes are named \"", node->Name(), "\"");
    Check(graph.FindNode(node->Name()) == node, "node \"", node->Name(), "\" is not found under its name");
    for (size_t i = 0; i < node->InputCount(); ++i) {
      const Value input = node->Input(i);
      Check(members.contains(input.node), "node \"", node->Name(), "\": input ", i, " is not in the graph");
      Check(input.index < input.node->OutputCount(), "node \"", node->Name(), "\": input ", i, " reads output ",
            input.index, " of \"", input.node->Name(), "\"");
      const auto& readers = input.node->Readers(input.index);
      Check(std::count(readers.begin(), readers.end(), Use{node, i}) == 1, "node \"", node->Name(), "\": input ", i,
            " is not in the reader list of \"", input.node->Name(), "\"");
    }
    for (size_t i = 0; i < node->OutputCount(); ++i) {
      for (const Use& use : node->Readers(i)) {
        Check(members.contains(use.node) && use.node->Input(use.index) == node->Output(i), "node \"", node->Name(),
              "\": a reader of output ", i, " does not read it");
      }
    }
    if (node->Is("Constant")) {
      Check(node->ConstantValue().Type() == node->Type() && node->ConstantValue().Shape() == node->Shape(),
            "constant \"", node->Name(), "\": type or shape differ from its value's");
      continue;
    }
    std::vector<std::pair<ElementType, Shape>> before;
    for (size_t i = 0; i < node->OutputCount(); ++i) before.emplace_back(node->Type(i), node->Shape(i));
    graph.InferNode(node);
    Check(before.size() == node->OutputCount(), "node \"", node->Name(), "\" (", node->Op(),
          "): the number of outputs was not settled again");
    for (size_t i = 0; i < before.size(); ++i) {
      Check(before[i].first == node->Type(i) && before[i].second == node->Shape(i), "node \"", node->Name(), "\" (",
            node->Op(), "): output ", i, " was settled as ", before[i].first, before[i].second, " but is ",
            node->Type(i), node->Shape(i));
    }
  }
  Check(!graph.Outputs().empty(), "the graph has no output");
  for (const GraphOutput& output : graph.Outputs())
    Check(members.contains(output.value.node), "output \"", output.name, "\" is not in the graph");
  for (const Node* parameter : graph.Parameters())
    Check(members.contains(parameter), "a parameter is not in the graph");
}

}  // namespace moir::graph

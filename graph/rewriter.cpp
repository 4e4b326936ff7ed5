#include "graph/rewriter.h"

namespace moir::graph {

void Rewriter::Replace(Node& node, Value by) {
  graph_.ReplaceValue(node.Output(0), by);
  const std::string name = node.Name();
  RemoveUnread(&node);
  // The user looks for the name of what was replaced; constants and values that existed before keep theirs.
  if (removed_.contains(&node) && !by.node->Is("Constant") && by.node->OutputCount() == 1 &&
      by.node->Name().rfind(name, 0) == 0) {
    graph_.Rename(by.node, name);
  }
}

void Rewriter::RemoveUnread(Node* node) {
  // Only what this call removes tells which of the nodes below are gone: a node made since an earlier call may live
  // where a removed one lived.
  std::unordered_set<const Node*> gone;
  std::vector<Node*> todo = {node};
  while (!todo.empty()) {
    Node* next = todo.back();
    todo.pop_back();
    if (gone.contains(next) || next->ReaderCount() > 0 || next->Is("Parameter")) continue;
    bool is_output = false;
    for (size_t i = 0; i < next->OutputCount(); ++i) is_output = is_output || next->Output(i).IsGraphOutput();
    if (is_output) continue;
    for (const Value& input : next->Inputs()) todo.push_back(input.node);
    gone.insert(next);
    removed_.insert(next);
    graph_.Remove(next);
  }
}

}  // namespace moir::graph

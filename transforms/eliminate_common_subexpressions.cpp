// Nodes with the same operator, inputs and attributes compute the same: readers of the later one read the first.
// Small constants with the same values count as the same input; large ones are not compared (the writer stores equal
// blobs once anyway). Two values that are both outputs of the model stay two.
#include <cstring>
#include <unordered_map>

#include "graph/op_schema.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

constexpr size_t kMaxConstantBytes = 1024;

void AppendBytes(std::string& key, const void* bytes, size_t size) {
  key.append(static_cast<const char*>(bytes), size);
}

template <typename T>
void AppendNumber(std::string& key, T number) {
  AppendBytes(key, &number, sizeof(number));
}

// Equal keys, equal values. Empty for nodes that are never merged.
std::string Key(const Node& node) {
  std::string key;
  if (node.Is("Parameter") || node.Schema().open_attributes) return key;
  key = node.Op();
  if (node.Is("Constant")) {
    const Tensor& value = node.ConstantValue();
    if (value.HasPendingFactors() || value.ByteSize() > kMaxConstantBytes) return {};
    AppendNumber(key, value.Type());
    AppendNumber(key, value.Shape().Rank());
    for (const int64_t dim : value.Shape()) AppendNumber(key, dim);
    AppendBytes(key, value.Data(), value.ByteSize());
    return key;
  }
  for (const Value& input : node.Inputs()) {
    AppendNumber(key, input.node);
    AppendNumber(key, input.index);
  }
  for (const AttributeSchema& attribute : node.Schema().attributes) {
    key += attribute.name;
    key += FormatAttribute(node.AttrValue(attribute.name));
  }
  return key;
}

class EliminateCommonSubexpressions final : public Pass {
 public:
  std::string_view Name() const override { return "eliminate-common-subexpressions"; }
  void Run(Graph& graph, PassReport& report) const override {
    Rewriter rewriter(graph);
    std::unordered_map<std::string, Node*> first_with;
    for (Node* node : graph.TopologicalOrder()) {
      std::string key = Key(*node);
      if (key.empty()) continue;
      const auto [found, inserted] = first_with.try_emplace(std::move(key), node);
      if (inserted) continue;
      Node* first = found->second;
      bool both_outputs = false, output = false;
      for (size_t i = 0; i < node->OutputCount(); ++i) {
        const bool is_output = node->Output(i).IsGraphOutput();
        output = output || is_output;
        both_outputs = both_outputs || (is_output && first->Output(i).IsGraphOutput());
      }
      if (both_outputs) {
        report.declined.emplace_back(
            node->Name(), StrCat("\"", first->Name(), "\" computes the same, but both are outputs of the model"));
        continue;
      }
      const std::string name = node->Name();
      for (size_t i = 0; i < node->OutputCount(); ++i) rewriter.ReplaceValue(node->Output(i), first->Output(i));
      graph.Remove(node);
      if (output) graph.Rename(first, name);
      ++report.changes;
    }
  }
};

}  // namespace

std::unique_ptr<Pass> MakeEliminateCommonSubexpressions() { return std::make_unique<EliminateCommonSubexpressions>(); }

}  // namespace moir::transforms

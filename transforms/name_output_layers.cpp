// In an IR an output is known by the name of the layer that yields it, and only values that nobody reads are
// outputs.
//   a layer of one output that nothing reads, for one output of the model  =>  gets the output's name
//   anything else (read by other layers, one of several outputs of a layer, an input or a constant, a value that is two
//   outputs)                                                               =>  an identity layer of that name
// Two outputs of one name: the second is renamed, which is reported.
#include <map>
#include <set>

#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class NameOutputLayers final : public Pass {
 public:
  explicit NameOutputLayers(OutputIdentity identity) : identity_(identity) {}
  std::string_view Name() const override { return "name-output-layers"; }

  void Run(Graph& graph, PassReport& report) const override {
    std::vector<GraphOutput> outputs = graph.Outputs();
    MakeNamesUnique(outputs, report);
    std::map<std::pair<Node*, size_t>, size_t> claims;
    for (const GraphOutput& output : outputs) ++claims[{output.value.node, output.value.index}];
    std::set<std::string> parameters;
    for (const Node* parameter : graph.Parameters()) parameters.insert(parameter->Name());
    for (GraphOutput& output : outputs) {
      Node* node = output.value.node;
      const bool own = node->OutputCount() == 1 && output.value.ReaderCount() == 0 && claims[{node, 0}] == 1 &&
                       !node->Is("Parameter") && !node->Is("Constant");
      if (parameters.contains(output.name)) {
        // The input keeps the name, which is also the user's.
        const std::string name = graph.UniqueName(output.name + "/output");
        report.notes.push_back(
            StrCat("output \"", output.name, "\" has the name of an input; it is written as \"", name, "\""));
        output.name = name;
      }
      if (own && node->Name() == output.name) continue;
      if (Node* other = graph.FindNode(output.name); other && other != node)
        graph.Rename(other, output.name + "/inner");
      if (own) {
        graph.Rename(node, output.name);
      } else {
        if (node->Name() == output.name) graph.Rename(node, output.name + "/inner");
        output.value = Identity(graph, output.name, output.value);
      }
      ++report.changes;
    }
    graph.SetOutputs(std::move(outputs));
  }

 private:
  static void MakeNamesUnique(std::vector<GraphOutput>& outputs, PassReport& report) {
    std::set<std::string> names;
    for (const GraphOutput& output : outputs) names.insert(output.name);
    std::set<std::string> taken;
    for (GraphOutput& output : outputs) {
      if (taken.insert(output.name).second) continue;
      std::string name;
      for (int suffix = 2; name.empty() || names.contains(name); ++suffix) name = StrCat(output.name, "_", suffix);
      report.notes.push_back(
          StrCat("two outputs are named \"", output.name, "\"; the second is written as \"", name, "\""));
      names.insert(name);
      taken.insert(name);
      output.name = std::move(name);
      ++report.changes;
    }
  }

  Value Identity(Graph& graph, const std::string& name, Value value) const {
    if (identity_ == OutputIdentity::kReshape) {
      // Zeros stand for the sizes that are there.
      const std::vector<int64_t> same(static_cast<size_t>(value.Shape().Rank()), 0);
      const Value pattern = graph.AddConstant(name + "/shape", Tensor::Indices(same))->Output();
      return graph.Add("Reshape", name, {value, pattern}, {{"special_zero", true}})->Output();
    }
    if (value.Type() == ElementType::kF32)
      return graph.Add("ie.Power", name, {value}, {{"power", 1.0}, {"scale", 1.0}, {"shift", 0.0}})->Output();
    return graph.Add("ie.Copy", name, {value})->Output();
  }

  OutputIdentity identity_;
};

}  // namespace

std::unique_ptr<Pass> MakeNameOutputLayers(OutputIdentity identity) {
  return std::make_unique<NameOutputLayers>(identity);
}

}  // namespace moir::transforms

#include "mo/report/model_report.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "graph/error.h"
#include "graph/ir/output_files.h"
#include "graph/multiply_adds.h"
#include "graph/op_schema.h"
#include "mo/report/report_text.h"

namespace moir::mo {

using graph::CountElements;
using graph::MultiplyAdds;
using graph::Node;
using graph::SaturatingProduct;
using graph::SaturatingSum;
using graph::Shape;
using graph::Value;

namespace {

uint64_t Bytes(const graph::OutputInfo& value) {
  return SaturatingProduct(CountElements(value.shape), graph::ElementSize(value.type));
}

ReportValue Describe(const std::string& name, const graph::OutputInfo& value) {
  return {name, std::string(graph::ElementTypeName(value.type)), value.shape.ToString()};
}

class Describer {
 public:
  Describer(const graph::Graph& graph, ModelReport& report) : graph_(graph), report_(report) {}

  void Run() {
    order_ = graph_.TopologicalOrder();
    for (Node* node : order_) {
      if (!node->Is("Constant")) AddLayer(*node);
    }
    for (const Node* input : graph_.Parameters()) report_.inputs.push_back(Describe(input->Name(), input->OutputAt(0)));
    for (const graph::GraphOutput& output : graph_.Outputs()) {
      report_.outputs.push_back(Describe(output.name, output.value.node->OutputAt(output.value.index)));
      const auto found = position_.find(output.value.node);
      if (found != position_.end()) report_.layers[found->second].is_output.push_back(output.name);
    }
    for (const ReportLayer& layer : report_.layers) {
      report_.parameters = SaturatingSum(report_.parameters, layer.parameters);
      report_.multiply_adds = SaturatingSum(report_.multiply_adds, layer.multiply_adds);
    }
    FindLiveBytes();
    report_.operators_optimized = CountOperators(graph_);
  }

 private:
  void AddLayer(Node& node) {
    ReportLayer layer;
    layer.name = node.Name();
    layer.op = node.Op();
    for (const Value& input : node.Inputs()) {
      if (const graph::Tensor* constant = input.Constant()) {
        layer.constants.push_back(Describe(input.node->Name(), input.node->OutputAt(input.index)));
        if (counted_.insert(input.node).second) {
          layer.parameters = SaturatingSum(layer.parameters, CountElements(constant->Shape()));
          report_.weight_bytes = SaturatingSum(report_.weight_bytes, Bytes(input.node->OutputAt(input.index)));
        }
      } else if (const auto from = position_.find(input.node); from != position_.end()) {
        layer.inputs.push_back({from->second, input.index});
      }
    }
    for (size_t i = 0; i < node.OutputCount(); ++i)
      layer.outputs.push_back(
          Describe(node.OutputCount() == 1 ? node.Name() : graph::StrCat(node.Name(), ".", i), node.OutputAt(i)));
    for (const graph::AttributeSchema& attribute : node.Schema().attributes) {
      const auto found = node.Attributes().find(attribute.name);
      if (found != node.Attributes().end())
        layer.attributes.emplace_back(attribute.name, graph::FormatAttribute(found->second));
      else if (!attribute.required)
        layer.attributes.emplace_back(attribute.name, graph::FormatAttribute(attribute.type_example));
    }
    layer.multiply_adds = MultiplyAdds(node);
    position_[&node] = report_.layers.size();
    report_.layers.push_back(std::move(layer));
  }

  // A value lives from its producer (an input from the start) to its last reader (an output to the end).
  void FindLiveBytes() {
    std::vector<Node*> steps;
    for (Node* node : order_) {
      if (!node->Is("Constant")) steps.push_back(node);
    }
    std::vector<uint64_t> born(steps.size() + 1, 0), dead(steps.size() + 1, 0);
    for (size_t i = 0; i < steps.size(); ++i) {
      for (size_t k = 0; k < steps[i]->OutputCount(); ++k) {
        const Value value = steps[i]->Output(k);
        size_t last = value.IsGraphOutput() ? steps.size() - 1 : i;
        for (const graph::Use& use : steps[i]->Readers(k)) {
          if (const auto reader = position_.find(use.node); reader != position_.end())
            last = std::max(last, reader->second);
        }
        const uint64_t bytes = Bytes(steps[i]->OutputAt(k));
        born[steps[i]->Is("Parameter") ? 0 : i] = SaturatingSum(born[steps[i]->Is("Parameter") ? 0 : i], bytes);
        dead[last + 1] = SaturatingSum(dead[last + 1], bytes);
      }
    }
    uint64_t live = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      live = SaturatingSum(live - std::min(live, dead[i]), born[i]);
      report_.layers[i].live_bytes = live;
      if (live > report_.live_bytes) {
        report_.live_bytes = live;
        report_.live_layer = steps[i]->Name();
      }
    }
  }

  const graph::Graph& graph_;
  ModelReport& report_;
  std::vector<Node*> order_;
  std::unordered_map<const Node*, size_t> position_;
  std::set<const Node*> counted_;
};

}  // namespace

std::map<std::string, size_t> CountOperators(const graph::Graph& graph) {
  std::map<std::string, size_t> counts;
  for (const Node* node : graph.TopologicalOrder()) {
    if (!node->Is("Constant") && !node->Is("Parameter")) ++counts[node->Op()];
  }
  return counts;
}

void DescribeGraph(const graph::Graph& graph, ModelReport& report) { Describer(graph, report).Run(); }

void WriteReport(const std::string& path, const ModelReport& report) {
  graph::OutputFiles files;
  files.Add(path).Write(path.ends_with(".json") ? ReportJson(report) : ReportHtml(report));
  files.Publish();
}

}  // namespace moir::mo

#include "mo/report/model_report.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

#include "graph/error.h"
#include "graph/ir/output_files.h"
#include "graph/op_schema.h"
#include "mo/report/report_text.h"

namespace moir::mo {

using graph::Node;
using graph::Shape;
using graph::Value;

namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

// Zero for shapes with open sizes, whose cost nobody knows.
uint64_t Elements(const Shape& shape) {
  if (std::any_of(shape.begin(), shape.end(), [](int64_t size) { return size < 0; })) return 0;
  return static_cast<uint64_t>(shape.NumElements());
}

uint64_t Product(uint64_t a, uint64_t b) {
  uint64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? kMost : result;
}

uint64_t Sum(uint64_t a, uint64_t b) { return a > kMost - b ? kMost : a + b; }

uint64_t Bytes(const graph::OutputInfo& value) {
  return Product(Elements(value.shape), graph::ElementSize(value.type));
}

ReportValue Describe(const std::string& name, const graph::OutputInfo& value) {
  return {name, std::string(graph::ElementTypeName(value.type)), value.shape.ToString()};
}

// Every weight takes part once per element of `data` in each of its channels.
uint64_t PerChannel(const Shape& data, const Shape& weights) {
  const uint64_t channels = data.Rank() > 1 && data[1] > 0 ? static_cast<uint64_t>(data[1]) : 0;
  return channels == 0 ? 0 : Product(Elements(data) / channels, Elements(weights));
}

uint64_t MatMulCost(const Node& node) {
  const Shape& left = node.Input(0).Shape();
  if (left.Rank() == 0) return 0;
  const bool transposed = left.Rank() > 1 && node.Attr<bool>("transpose_a");
  const int64_t depth = left[left.Rank() - (transposed ? 2 : 1)];
  return depth < 0 ? 0 : Product(Elements(node.Shape(0)), static_cast<uint64_t>(depth));
}

// X [B,T,I] meets every element of the matrices W, R and P at each of its B * T steps.
uint64_t RecurrentCost(const Node& node) {
  uint64_t matrices = 0;
  for (size_t i = 0; i < node.InputCount() && i < node.Schema().inputs.size(); ++i) {
    const std::string& name = node.Schema().inputs[i].name;
    if (name == "W" || name == "R" || name == "P") matrices = Sum(matrices, Elements(node.Input(i).Shape()));
  }
  const Shape& data = node.Input(0).Shape();
  if (data.Rank() != 3 || data[0] < 0 || data[1] < 0) return 0;
  return Product(Product(static_cast<uint64_t>(data[0]), static_cast<uint64_t>(data[1])), matrices);
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
      report_.parameters = Sum(report_.parameters, layer.parameters);
      report_.multiply_adds = Sum(report_.multiply_adds, layer.multiply_adds);
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
          layer.parameters = Sum(layer.parameters, Elements(constant->Shape()));
          report_.weight_bytes = Sum(report_.weight_bytes, Bytes(input.node->OutputAt(input.index)));
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
        born[steps[i]->Is("Parameter") ? 0 : i] = Sum(born[steps[i]->Is("Parameter") ? 0 : i], bytes);
        dead[last + 1] = Sum(dead[last + 1], bytes);
      }
    }
    uint64_t live = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      live = Sum(live - std::min(live, dead[i]), born[i]);
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

uint64_t MultiplyAdds(const Node& node) {
  if (node.Is("Convolution") || node.Is("GroupConvolution") || node.Is("QuantizedConvolution"))
    return PerChannel(node.Shape(0), node.Input(1).Shape());
  if (node.Is("DeformableConvolution")) return PerChannel(node.Shape(0), node.Input(2).Shape());
  if (node.Is("ConvolutionBackpropData") || node.Is("GroupConvolutionBackpropData"))
    return PerChannel(node.Input(0).Shape(), node.Input(1).Shape());
  if (node.Is("MatMul")) return MatMulCost(node);
  if (node.Op().ends_with("Sequence") && node.Op() != "ReverseSequence") return RecurrentCost(node);
  return 0;
}

void DescribeGraph(const graph::Graph& graph, ModelReport& report) { Describer(graph, report).Run(); }

void WriteReport(const std::string& path, const ModelReport& report) {
  graph::OutputFiles files;
  files.Add(path).Write(path.ends_with(".json") ? ReportJson(report) : ReportHtml(report));
  files.Publish();
}

}  // namespace moir::mo

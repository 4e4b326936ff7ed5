// Parameter [N,H,W,C]  =>  Parameter [N,C,H,W] -> Transpose, for an input that is fed in another layout than the
// model's; output               =>  output -> Transpose, which takes the output's name.
#include "graph/error.h"
#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class ApplyLayouts final : public Pass {
 public:
  explicit ApplyLayouts(std::vector<LayoutChange> changes) : changes_(std::move(changes)) {}
  std::string_view Name() const override { return "apply-layouts"; }

  void Run(Graph& graph, PassReport& report) const override {
    for (const LayoutChange& change : changes_) {
      if (change.is_output) ChangeOutput(graph, change);
      else ChangeInput(graph, change);
      ++report.changes;
    }
  }

 private:
  static void CheckOrder(const LayoutChange& change, const Shape& shape) {
    Check(static_cast<int64_t>(change.order.size()) == shape.Rank(), "layout of \"", change.name, "\": an order of ",
          change.order.size(), " axes for data of shape ", shape);
  }

  static void ChangeInput(Graph& graph, const LayoutChange& change) {
    Node* parameter = graph.FindNode(change.name);
    Check(parameter && parameter->Is("Parameter"), "layout of \"", change.name, "\": no such input");
    const Shape inside = parameter->Shape();
    CheckOrder(change, inside);
    std::vector<int64_t> fed(change.order.size());
    for (size_t i = 0; i < fed.size(); ++i) fed[static_cast<size_t>(change.order[i])] = inside[static_cast<int64_t>(i)];
    const std::vector<Use> readers = parameter->Readers();
    std::vector<GraphOutput> outputs = graph.Outputs();

    graph.SetParameterShape(parameter, Shape(std::move(fed)));
    Rewriter rewriter(graph);
    const Value order = rewriter.Indices(change.name + "/layout/order", change.order);
    const Value transposed = rewriter.Add("Transpose", change.name + "/layout", {parameter->Output(0), order});
    for (const Use& use : readers) graph.SetInput(use.node, use.index, transposed);
    for (GraphOutput& output : outputs) {
      if (output.value == parameter->Output(0)) output.value = transposed;
    }
    graph.SetOutputs(std::move(outputs));
    graph.InferAll();
  }

  static void ChangeOutput(Graph& graph, const LayoutChange& change) {
    std::vector<GraphOutput> outputs = graph.Outputs();
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].name != change.name) continue;
      Node* producer = outputs[i].value.node;
      CheckOrder(change, outputs[i].value.Shape());
      Rewriter rewriter(graph);
      const Value order = rewriter.Indices(change.name + "/layout/order", change.order);
      Value transposed = rewriter.Add("Transpose", change.name + "/layout", {outputs[i].value, order});
      outputs[i].value = transposed;
      graph.SetOutputs(std::move(outputs));
      // The layer that delivers the output has its name.
      if (producer->Name() == change.name && !producer->Is("Parameter")) {
        graph.Rename(producer, change.name + "/before_layout");
        graph.Rename(transposed.node, change.name);
      }
      return;
    }
    Check(false, "layout of \"", change.name, "\": no such output");
  }

  std::vector<LayoutChange> changes_;
};

}  // namespace

std::unique_ptr<Pass> MakeApplyLayouts(std::vector<LayoutChange> changes) {
  return std::make_unique<ApplyLayouts>(std::move(changes));
}

}  // namespace moir::transforms

// Parameter  =>  Parameter -> Split + Concat in reverse -> Add(-mean) -> Multiply(1 / scale)
// for what the user asked for (see InputPreprocess); the fusing passes carry the steps on into the first weights.
// The reversal comes first: mean and scale are in the order of the channels that the model knows. Channels are
// axis 1, of which a reversal swaps three; an input with another number of channels is left in its order, and said so.
#include <algorithm>

#include "graph/error.h"
#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

constexpr int64_t kColors = 3;

// One number per channel, as f64 [1,C,1,1], from one or C numbers.
Tensor PerChannel(const Node& parameter, std::string_view what, const std::vector<double>& values) {
  const Shape& shape = parameter.Shape();
  if (values.size() == 1) return Tensor::Scalar<double>(values[0]);
  if (shape.Rank() < 2)
    Fail(ErrorKind::kBadOption, "input \"", parameter.Name(), "\": ", what, ": got ", values.size(),
         " numbers, expected one for data of shape ", shape);
  if (static_cast<int64_t>(values.size()) != shape[1]) {
    Fail(ErrorKind::kBadOption, "input \"", parameter.Name(), "\": ", what, ": got ", values.size(),
         " numbers, expected one or ", shape[1], " for data of shape ", shape);
  }
  return AxisConstant(values, shape.Rank(), 1);
}

class ApplyInputPreprocessing final : public Pass {
 public:
  ApplyInputPreprocessing(std::vector<InputPreprocess> preprocess, bool means_outside)
      : preprocess_(std::move(preprocess)), means_outside_(means_outside) {}
  std::string_view Name() const override { return "apply-input-preprocessing"; }

  void Run(Graph& graph, PassReport& report) const override {
    for (const InputPreprocess& step : preprocess_) {
      Node* parameter = graph.FindNode(step.input);
      if (!parameter || !parameter->Is("Parameter")) {
        std::vector<std::string> names;
        for (const Node* known : graph.Parameters()) names.push_back(known->Name());
        Fail(ErrorKind::kBadOption, "input \"", step.input, "\": the model has no such input; it has ",
             Join(names, ", "));
      }
      if (Apply(*parameter, step, graph, report)) ++report.changes;
    }
  }

 private:
  bool Apply(Node& parameter, const InputPreprocess& step, Graph& graph, PassReport& report) const {
    Rewriter rewriter(graph);
    const std::string& name = parameter.Name();
    const ElementType type = parameter.Type();
    const std::vector<Use> readers = parameter.Readers();
    Affine shift{parameter.Output(0), std::nullopt, std::nullopt}, scale = shift;
    if (!step.mean.empty()) {
      std::vector<double> negative = step.mean;
      for (double& value : negative) value = -value;
      shift.shift = PerChannel(parameter, "mean values", negative);
      if (means_outside_) shift.shift.reset();
    }
    if (!step.scale.empty()) {
      std::vector<double> inverse = step.scale;
      for (double& value : inverse) {
        if (value == 0)
          Fail(ErrorKind::kBadOption, "input \"", name, "\": scale values: got 0, expected numbers to divide by");
        value = 1 / value;
      }
      scale.scale = PerChannel(parameter, "scale values", inverse);
    }
    if ((shift.shift || scale.scale) && !IsFloat(type)) {
      Fail(ErrorKind::kBadOption, "input \"", name, "\": mean and scale values need floating-point data, the input is ",
           type);
    }
    Value value = parameter.Output(0);
    if (step.reverse_channels) {
      if (parameter.Shape().Rank() >= 3 && parameter.Shape()[1] == kColors) {
        const Value axis = rewriter.Constant(name + "/reverse/axis", Tensor::Scalar<int64_t>(1));
        Node* split = rewriter.AddNode("Split", name + "/reverse/split", {value, axis}, {{"num_splits", kColors}});
        value = rewriter.Add("Concat", name + "/reverse", {split->Output(2), split->Output(1), split->Output(0)},
                             {{"axis", int64_t{1}}});
      } else {
        report.notes.push_back(StrCat("input \"", name, "\" of shape ", parameter.Shape(), " does not have ", kColors,
                                      " channels and keeps their order"));
      }
    }
    shift.data = value;
    value = BuildAffine(rewriter, name + "/mean", shift);
    scale.data = value;
    value = BuildAffine(rewriter, name + "/scale", scale);
    if (value == parameter.Output(0)) return false;
    for (const Use& use : readers) graph.SetInput(use.node, use.index, value);
    return true;
  }

  std::vector<InputPreprocess> preprocess_;
  bool means_outside_;
};

}  // namespace

std::vector<double> InParameterOrder(const InputPreprocess& preprocess, const std::vector<double>& values) {
  std::vector<double> result = values;
  if (preprocess.reverse_channels && static_cast<int64_t>(values.size()) == kColors)
    std::reverse(result.begin(), result.end());
  return result;
}

std::unique_ptr<Pass> MakeApplyInputPreprocessing(std::vector<InputPreprocess> preprocess, bool means_outside) {
  return std::make_unique<ApplyInputPreprocessing>(std::move(preprocess), means_outside);
}

}  // namespace moir::transforms

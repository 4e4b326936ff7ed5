// Parameter  =>  Parameter -> Split + Concat in reverse -> Add(-mean) -> Multiply(1 / scale)
// for what the user asked for (see InputPreprocess); the fusing passes carry the steps on into the first weights.
// The reversal comes first: mean and scale are in the order of the channels that the model knows. Channels are
// axis 1 unless the model has another layout; a reversal swaps three of them, and an input with another number is left
// in its order, and said so. A mean image that is the same everywhere is one number per channel, which folds into more.
// Behind an input whose type is not the model's all this happens after the conversion.
#include <algorithm>

#include "graph/error.h"
#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

constexpr int64_t kColors = 3;

// One number per channel, as f64 [1,C,1,1], from one or C numbers.
Tensor PerChannel(const Node& parameter, std::string_view what, const std::vector<double>& values, int64_t axis) {
  const Shape& shape = parameter.Shape();
  if (values.size() == 1) return Tensor::Scalar<double>(values[0]);
  if (shape.Rank() <= axis || shape.Rank() < 2)
    Fail(ErrorKind::kBadOption, "input \"", parameter.Name(), "\": ", what, ": got ", values.size(),
         " numbers, expected one for data of shape ", shape);
  if (static_cast<int64_t>(values.size()) != shape[axis]) {
    Fail(ErrorKind::kBadOption, "input \"", parameter.Name(), "\": ", what, ": got ", values.size(),
         " numbers, expected one or ", shape[axis], " for data of shape ", shape);
  }
  return AxisConstant(values, shape.Rank(), axis);
}

// -image, as [1,...] for the Parameter; as one number per channel when it does not vary otherwise.
Tensor NegativeImage(const Node& parameter, const InputPreprocess& step) {
  const Shape& shape = parameter.Shape();
  std::vector<int64_t> expected(shape.begin(), shape.end());
  if (!expected.empty()) expected[0] = 1;
  const Tensor& image = step.mean_image;
  if (expected.empty() || image.NumElements() == 0 || Shape({expected.begin() + 1, expected.end()}) != image.Shape()) {
    Fail(ErrorKind::kBadOption, "input \"", parameter.Name(), "\": mean image: got the shape ", image.Shape(),
         ", expected that of the data ", shape, " without its first axis");
  }
  std::vector<double> values = image.ToVector<double>();
  for (double& value : values) value = -value;
  const Tensor negative = Tensor::FromValues<double>(Shape(expected), values);
  const auto channels = static_cast<size_t>(step.channel_axis < shape.Rank() ? shape[step.channel_axis] : 0);
  if (step.channel_axis > 0 && channels > 0) {
    const auto stride = static_cast<size_t>(negative.Shape().Strides()[static_cast<size_t>(step.channel_axis)]);
    std::vector<double> flat(channels);
    for (size_t c = 0; c < channels; ++c) flat[c] = values[c * stride];
    bool same = true;
    for (size_t i = 0; same && i < values.size(); ++i) same = values[i] == flat[i / stride % channels];
    if (same) return AxisConstant(flat, shape.Rank(), step.channel_axis);
  }
  return negative;
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
    // The graph may compute with another type than the one that is fed.
    Value source = parameter.Output(0);
    if (!IsFloat(parameter.Type()) && parameter.ReaderCount() == 1 && parameter.Readers()[0].node->Is("Convert"))
      source = parameter.Readers()[0].node->Output(0);
    const ElementType type = source.Type();
    const std::vector<Use> readers = source.node->Readers(source.index);
    Affine shift{source, std::nullopt, std::nullopt}, scale = shift;
    if (!step.mean.empty()) {
      std::vector<double> negative = step.mean;
      for (double& value : negative) value = -value;
      shift.shift = PerChannel(parameter, "mean values", negative, step.channel_axis);
      if (means_outside_) shift.shift.reset();
    }
    if (step.mean_image.IsDefined()) shift.shift = NegativeImage(parameter, step);
    if (!step.scale.empty()) {
      std::vector<double> inverse = step.scale;
      for (double& value : inverse) {
        if (value == 0)
          Fail(ErrorKind::kBadOption, "input \"", name, "\": scale values: got 0, expected numbers to divide by");
        value = 1 / value;
      }
      scale.scale = PerChannel(parameter, "scale values", inverse, step.channel_axis);
    }
    if ((shift.shift || scale.scale) && !IsFloat(type)) {
      Fail(ErrorKind::kBadOption, "input \"", name, "\": mean and scale values need floating-point data, the input is ",
           type);
    }
    Value value = source;
    if (step.reverse_channels) {
      const Shape& shape = parameter.Shape();
      if (shape.Rank() >= 3 && step.channel_axis < shape.Rank() && shape[step.channel_axis] == kColors) {
        const Value axis = rewriter.Constant(name + "/reverse/axis", Tensor::Scalar<int64_t>(step.channel_axis));
        Node* split = rewriter.AddNode("Split", name + "/reverse/split", {value, axis}, {{"num_splits", kColors}});
        value = rewriter.Add("Concat", name + "/reverse", {split->Output(2), split->Output(1), split->Output(0)},
                             {{"axis", step.channel_axis}});
      } else {
        report.notes.push_back(StrCat("input \"", name, "\" of shape ", parameter.Shape(), " does not have ", kColors,
                                      " channels and keeps their order"));
      }
    }
    shift.data = value;
    value = BuildAffine(rewriter, name + "/mean", shift);
    scale.data = value;
    value = BuildAffine(rewriter, name + "/scale", scale);
    if (value == source) return false;
    for (const Use& use : readers) graph.SetInput(use.node, use.index, value);
    // An input that is an output as well delivers what the model sees.
    std::vector<GraphOutput> outputs = graph.Outputs();
    bool is_output = false;
    for (GraphOutput& output : outputs) {
      if (output.value != source) continue;
      output.value = value;
      is_output = true;
    }
    if (is_output) graph.SetOutputs(std::move(outputs));
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

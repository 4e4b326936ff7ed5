// x * scale and x + shift with constants along axis 1, and BatchNormInference, become
//   ScaleShift(x, scale[C], shift[C]) = x * scale + shift
// and a ScaleShift of a ScaleShift that nothing else reads becomes one.
#include <cmath>
#include <optional>

#include "ie_runtime/passes/passes.h"

namespace moir::runtime {
namespace {

struct ScaleShift {
  size_t data = 0;  // index of the layer's data input
  std::vector<float> scale, shift;
};

// The constant's values, one per index of axis 1 of `shape`, when broadcasting spreads it along no other axis.
std::optional<std::vector<float>> PerChannel(const PlanValue& value, const Shape& shape) {
  if (!value.IsConstant() || value.type != ElementType::kF32 || shape.Rank() < 2 || value.shape.Rank() > shape.Rank())
    return std::nullopt;
  const int64_t channels = shape[1];
  if (value.shape.NumElements() != channels) return std::nullopt;
  if (channels == 1 || (value.shape.Rank() == shape.Rank() - 1 && value.shape[0] == channels) ||
      (value.shape.Rank() == shape.Rank() && value.shape[1] == channels)) {
    return ConstantFloats(value);
  }
  return std::nullopt;
}

std::optional<ScaleShift> Match(const Plan& plan, const Layer& layer) {
  if (layer.op == "ScaleShift")
    return ScaleShift{0, ConstantFloats(plan.Value(layer.inputs[1])), ConstantFloats(plan.Value(layer.inputs[2]))};
  const PlanValue& output = plan.Value(layer.outputs[0]);
  if (output.type != ElementType::kF32 || output.shape.Rank() < 2) return std::nullopt;
  const auto channels = static_cast<size_t>(output.shape[1]);
  if (layer.op == "BatchNormInference") {
    ScaleShift result{0, std::vector<float>(channels), std::vector<float>(channels)};
    for (size_t i = 1; i < 5; ++i) {
      if (!plan.Value(layer.inputs[i]).IsConstant()) return std::nullopt;
    }
    const auto gamma = ConstantFloats(plan.Value(layer.inputs[1])), beta = ConstantFloats(plan.Value(layer.inputs[2]));
    const auto mean = ConstantFloats(plan.Value(layer.inputs[3])),
               variance = ConstantFloats(plan.Value(layer.inputs[4]));
    const double epsilon = layer.Attr<double>("epsilon");
    for (size_t c = 0; c < channels; ++c) {
      const double scale = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + epsilon);
      result.scale[c] = static_cast<float>(scale);
      result.shift[c] = static_cast<float>(beta[c] - mean[c] * scale);
    }
    return result;
  }
  const bool multiply = layer.op == "Multiply", add = layer.op == "Add", subtract = layer.op == "Subtract";
  if (!multiply && !add && !subtract) return std::nullopt;
  for (const size_t data : {0, 1}) {
    if (plan.Value(layer.inputs[data]).IsConstant() || plan.Value(layer.inputs[data]).shape != output.shape) continue;
    auto numbers = PerChannel(plan.Value(layer.inputs[1 - data]), output.shape);
    if (!numbers) continue;
    if (multiply) return ScaleShift{data, std::move(*numbers), std::vector<float>(channels, 0)};
    if (add) return ScaleShift{data, std::vector<float>(channels, 1), std::move(*numbers)};
    if (data == 0) {
      for (float& number : *numbers) number = -number;
      return ScaleShift{data, std::vector<float>(channels, 1), std::move(*numbers)};
    }
    return ScaleShift{data, std::vector<float>(channels, -1), std::move(*numbers)};
  }
  return std::nullopt;
}

}  // namespace

void FuseScaleShift(Plan& plan) {
  for (const auto& layer : plan.layers) {
    auto own = Match(plan, *layer);
    if (!own) continue;
    ValueId data = layer->inputs[own->data];
    Layer* before = plan.Producer(data);
    if (before && before->op == "ScaleShift" && plan.HasOneReader(data)) {
      const ScaleShift first = *Match(plan, *before);
      for (size_t c = 0; c < own->scale.size(); ++c) {
        own->shift[c] += own->scale[c] * first.shift[c];
        own->scale[c] *= first.scale[c];
      }
      data = before->inputs[0];
      layer->fused.insert(layer->fused.end(), before->fused.begin(), before->fused.end());
      layer->fused.push_back(before->name);
    }
    const auto channels = static_cast<int64_t>(own->scale.size());
    layer->op = "ScaleShift";
    const ValueId scale = plan.AddConstant(layer->name + "/scale", Tensor::FromValues(Shape{channels}, own->scale));
    const ValueId shift = plan.AddConstant(layer->name + "/shift", Tensor::FromValues(Shape{channels}, own->shift));
    plan.SetInputs(*layer, {data, scale, shift});
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

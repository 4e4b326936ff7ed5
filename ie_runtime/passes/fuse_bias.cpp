// Convolution(x, W) then ScaleShift(scale, shift)  =>  Convolution(x, W * scale, bias * scale + shift), likewise for
// GroupConvolution, ConvolutionBackpropData, GroupConvolutionBackpropData and MatMul(x, W) of rank 2.
// MatMul(x, W) then Add of one number per column  =>  MatMul(x, W, bias), of any rank.
#include <optional>

#include "ie_runtime/passes/passes.h"

namespace moir::runtime {
namespace {

// The layer's weights multiplied by one factor per output channel; nothing when their axes do not allow it.
std::optional<Tensor> ScaleWeights(const Layer& layer, const Tensor& weights, const std::vector<float>& scale) {
  const Shape& shape = weights.Shape();
  const auto channels = static_cast<int64_t>(scale.size());
  if (layer.op == "Convolution" && shape[0] == channels) return weights.Scaled(0, scale);
  if (layer.op == "GroupConvolution" && shape[0] * shape[1] == channels) {
    std::vector<int64_t> flat = {channels};
    flat.insert(flat.end(), shape.begin() + 2, shape.end());
    return weights.Reshaped(Shape(flat)).Scaled(0, scale).Reshaped(shape);
  }
  if (layer.op == "ConvolutionBackpropData" && shape[1] == channels) return weights.Scaled(1, scale);
  if (layer.op == "MatMul" && shape.Rank() == 2) {
    const int64_t axis = layer.Attr<bool>("transpose_b") ? 0 : 1;
    if (shape[axis] == channels) return weights.Scaled(axis, scale);
  }
  return std::nullopt;
}

bool TakesBias(const Layer& layer) {
  return layer.op == "Convolution" || layer.op == "GroupConvolution" || layer.op == "ConvolutionBackpropData" ||
         layer.op == "GroupConvolutionBackpropData" || layer.op == "MatMul";
}

// The constant that the layer adds to each row of a product, or nothing.
std::optional<size_t> RowBias(const Plan& plan, const Layer& layer) {
  const PlanValue& sum = plan.Value(layer.outputs[0]);
  if (layer.op != "Add" || !layer.post_ops.empty() || sum.type != ElementType::kF32) return std::nullopt;
  for (const size_t constant : {0, 1}) {
    const PlanValue& bias = plan.Value(layer.inputs[constant]);
    const ValueId product = layer.inputs[1 - constant];
    const Layer* producer = plan.Producer(product);
    if (!bias.IsConstant() || !producer || producer->op != "MatMul" || producer->bias != 0 ||
        !producer->post_ops.empty() || !plan.HasOneReader(product) || plan.Value(product).shape != sum.shape ||
        !plan.Value(producer->inputs[1]).IsConstant() || plan.Value(producer->inputs[1]).shape.Rank() != 2)
      continue;
    const int64_t columns = sum.shape[sum.shape.Rank() - 1];
    if (bias.shape.Rank() >= 1 && bias.shape[bias.shape.Rank() - 1] == columns && bias.shape.NumElements() == columns)
      return constant;
  }
  return std::nullopt;
}

void FuseRowBiases(Plan& plan) {
  for (const auto& layer : plan.layers) {
    const auto constant = RowBias(plan, *layer);
    if (!constant) continue;
    Layer& producer = *plan.Producer(layer->inputs[1 - *constant]);
    const Tensor& bias = plan.Value(layer->inputs[*constant]).constant;
    producer.bias = producer.inputs.size();
    producer.inputs.push_back(
        plan.AddConstant(layer->name + "/bias", bias.Reshaped(Shape{bias.Shape().NumElements()})));
    producer.fused.push_back(layer->name);
    std::swap(producer.outputs[0], layer->outputs[0]);
    layer->op = "Removed";
    layer->inputs = {};
    plan.Changed();
  }
  plan.RemoveDead();
}

}  // namespace

void FuseBias(Plan& plan) {
  FuseRowBiases(plan);
  for (const auto& layer : plan.layers) {
    if (layer->op != "ScaleShift") continue;
    const ValueId data = layer->inputs[0];
    Layer* producer = plan.Producer(data);
    if (!producer || !TakesBias(*producer) || !plan.HasOneReader(data) || !producer->post_ops.empty()) continue;
    const PlanValue& weights = plan.Value(producer->inputs[1]);
    if (!weights.IsConstant() || weights.type != ElementType::kF32) continue;
    // A MatMul's channels are its last axis; axis 1 is that only for rank 2.
    if (producer->op == "MatMul" && plan.Value(data).shape.Rank() != 2) continue;
    const auto scale = ConstantFloats(plan.Value(layer->inputs[1]));
    auto shift = ConstantFloats(plan.Value(layer->inputs[2]));
    std::vector<ValueId> read = producer->inputs;
    if (std::any_of(scale.begin(), scale.end(), [](float factor) { return factor != 1; })) {
      const auto scaled = ScaleWeights(*producer, weights.constant, scale);
      if (!scaled) continue;
      read[1] = plan.AddConstant(weights.name, *scaled);
    }
    if (producer->bias != 0) {
      const auto bias = ConstantFloats(plan.Value(producer->inputs[producer->bias]));
      for (size_t c = 0; c < shift.size(); ++c) shift[c] += bias[c] * scale[c];
      read[producer->bias] =
          plan.AddConstant(layer->name + "/bias", Tensor::FromValues(Shape{static_cast<int64_t>(shift.size())}, shift));
    } else {
      producer->bias = producer->inputs.size();
      read.push_back(plan.AddConstant(layer->name + "/bias",
                                      Tensor::FromValues(Shape{static_cast<int64_t>(shift.size())}, shift)));
    }
    // The producer now computes what the ScaleShift did, which loses its reader.
    plan.SetInputs(*producer, std::move(read));
    plan.SetOutput(*producer, 0, layer->outputs[0]);
    producer->fused.insert(producer->fused.end(), layer->fused.begin(), layer->fused.end());
    producer->fused.push_back(layer->name);
    plan.SetOutput(*layer, 0, plan.AddValue(layer->name, ElementType::kF32, plan.Value(data).shape));
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

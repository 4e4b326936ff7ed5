// Add(Convolution(x), y) of equal shapes  =>  Convolution(x) with post-op sum of y.
// Of two convolutions that are added, the later one takes the sum: the other's result is there by then.
#include "ie_runtime/passes/passes.h"

namespace moir::runtime {

void FuseSum(Plan& plan) {
  std::vector<size_t> position_of_value(plan.values.size(), 0);  // 1 + index of the producing layer; 0: an input
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    for (const ValueId output : plan.layers[i]->outputs) position_of_value[output] = i + 1;
  }
  for (const auto& layer : plan.layers) {
    if (layer->op != "Add" || !layer->post_ops.empty()) continue;
    const PlanValue& sum = plan.Value(layer->outputs[0]);
    if (sum.type != ElementType::kF32 || layer->inputs[0] == layer->inputs[1]) continue;
    bool equal = true;
    for (const ValueId input : layer->inputs) equal = equal && plan.Value(input).shape == sum.shape && !plan.Value(input).IsConstant();
    if (!equal) continue;
    const size_t later = position_of_value[layer->inputs[0]] > position_of_value[layer->inputs[1]] ? 0 : 1;
    Layer* convolution = plan.Producer(layer->inputs[later]);
    if (!convolution || (convolution->op != "Convolution" && convolution->op != "GroupConvolution")) continue;
    if (!plan.HasOneReader(layer->inputs[later]) || !convolution->post_ops.empty()) continue;
    convolution->post_ops.push_back({PostOp::Kind::kSum, {}, convolution->inputs.size()});
    convolution->inputs.push_back(layer->inputs[1 - later]);
    std::swap(convolution->outputs[0], layer->outputs[0]);
    position_of_value[convolution->outputs[0]] = position_of_value[layer->outputs[0]];
    convolution->fused.push_back(layer->name);
    layer->inputs = {};
    plan.Changed();
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

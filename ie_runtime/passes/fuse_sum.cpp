// Add(Convolution(x), y) of equal shapes  =>  Convolution(x) with post-op sum of y.
// Of two convolutions that are added, the later one takes the sum: the other's result is there by then. A convolution
// whose other summand comes later moves to the place of the Add, its only reader.
#include "ie_runtime/passes/passes.h"

namespace moir::runtime {

namespace {

bool TakesSum(const Plan& plan, ValueId value) {
  const Layer* layer = plan.Producer(value);
  return layer && (layer->op == "Convolution" || layer->op == "GroupConvolution") && plan.HasOneReader(value) &&
         layer->post_ops.empty();
}

bool IsPlainSum(const Plan& plan, const Layer& layer) {
  if (layer.op != "Add" || !layer.post_ops.empty() || layer.inputs[0] == layer.inputs[1]) return false;
  const PlanValue& sum = plan.Value(layer.outputs[0]);
  return sum.type == ElementType::kF32 && std::all_of(layer.inputs.begin(), layer.inputs.end(), [&](ValueId input) {
           return plan.Value(input).shape == sum.shape && !plan.Value(input).IsConstant();
         });
}

}  // namespace

void FuseSum(Plan& plan) {
  for (size_t position = 0; position < plan.layers.size(); ++position) {
    Layer& add = *plan.layers[position];
    if (!IsPlainSum(plan, add)) continue;
    const auto place = [&](ValueId value) {
      const Layer* producer = plan.Producer(value);
      const auto found = std::find_if(plan.layers.begin(), plan.layers.end(),
                                      [&](const auto& layer) { return layer.get() == producer; });
      return found - plan.layers.begin();
    };
    const bool inputs_of_model = !plan.Producer(add.inputs[0]) || !plan.Producer(add.inputs[1]);
    size_t taker = !inputs_of_model && place(add.inputs[0]) > place(add.inputs[1]) ? 0 : 1;
    if (!TakesSum(plan, add.inputs[taker])) taker = 1 - taker;
    if (!TakesSum(plan, add.inputs[taker])) continue;
    auto convolution = std::move(plan.layers[static_cast<size_t>(place(add.inputs[taker]))]);
    convolution->post_ops.push_back({PostOp::Kind::kSum, {}, convolution->inputs.size()});
    convolution->inputs.push_back(add.inputs[1 - taker]);
    convolution->outputs[0] = add.outputs[0];
    convolution->fused.push_back(add.name);
    plan.layers[position] = std::move(convolution);
    std::erase(plan.layers, nullptr);
    --position;
    plan.Changed();
  }
}

}  // namespace moir::runtime

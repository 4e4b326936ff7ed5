#include "ie_runtime/storage_types.h"

#include "ie_runtime/kernel_table.h"
#include "ie_runtime/kernels/fully_connected.h"

namespace moir::runtime {
namespace {

Bf16Use UseOf(const Plan& plan, const Layer& layer) {
  // Where the weights are a stream, the operand is nothing beside it, and may as well be exact.
  if (layer.op == "MatMul" && IsFullyConnected(plan, layer)) return Bf16Use::kNone;
  return FindBf16Use(layer.op);
}

bool CanBeBf16(const PlanValue& value) {
  return value.type == ElementType::kF32 && !value.IsConstant() && value.shape.Rank() >= 2 &&
         value.shape.NumElements() > 0;
}

}  // namespace

bool TakesBf16(const Plan& plan, const Layer& layer) { return UseOf(plan, layer) != Bf16Use::kNone; }

std::vector<ElementType> ChooseStorage(const Plan& plan) {
  std::vector<bool> multiplied(plan.values.size(), false), output(plan.values.size(), false);
  for (const ValueId value : plan.outputs) output[value] = true;
  for (auto layer = plan.layers.rbegin(); layer != plan.layers.rend(); ++layer) {
    const Bf16Use use = UseOf(plan, **layer);
    bool spreads = use == Bf16Use::kMultiplies;
    for (const ValueId value : (*layer)->outputs)
      spreads = spreads || (use == Bf16Use::kFollows && multiplied[value] && !output[value]);
    if (!spreads) continue;
    for (const ValueId value : (*layer)->inputs) multiplied[value] = multiplied[value] || CanBeBf16(plan.Value(value));
  }
  std::vector<ElementType> types;
  for (ValueId value = 0; value < plan.values.size(); ++value)
    types.push_back(multiplied[value] && !output[value] ? ElementType::kBF16 : plan.Value(value).type);
  return types;
}

}  // namespace moir::runtime

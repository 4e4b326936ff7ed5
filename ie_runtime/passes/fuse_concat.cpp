// In models in bf16, whose values have their channels last:
//   ScaleShift(Concat(a, b, ...), scale, shift)  =>  ConcatScaleShift(scale, shift, a, b, ...)
//   Concat(Concat(a, b), c)                      =>  Concat(a, b, c)
// when nothing but such layers reads a concatenation, which then is never made. Blocked channels lie one part behind
// the other, so that parts are computed in their places; with the channels last each pixel has some of every part, and
// a DenseNet would copy all that it has computed for every further layer.
#include <algorithm>
#include <set>

#include "ie_runtime/passes/passes.h"
#include "ie_runtime/storage_types.h"

namespace moir::runtime {
namespace {

// Pictures joined along their channels.
bool JoinsChannels(const Plan& plan, const Layer& layer) {
  if (layer.op != "Concat") return false;
  const graph::Shape& whole = plan.Value(layer.outputs[0]).shape;
  return whole.Rank() == 4 && whole.NormalizeAxis(layer.Attr<int64_t>("axis")) == 1 &&
         std::all_of(layer.inputs.begin(), layer.inputs.end(), [&](ValueId id) {
           const PlanValue& part = plan.Value(id);
           return part.type == ElementType::kF32 && !part.IsConstant() && part.shape.NumElements() > 0;
         });
}

// What one pass over the data does: at most a ReLU behind it, and the result is wanted in bf16.
bool TakesParts(const Layer& layer, const std::vector<ElementType>& storage) {
  const bool relu = layer.post_ops.size() == 1 && layer.post_ops[0].kind == PostOp::Kind::kUnary &&
                    layer.post_ops[0].function == UnaryFunction{UnaryKind::kRelu};
  return layer.op == "ScaleShift" && (layer.post_ops.empty() || relu) &&
         storage[layer.outputs[0]] == ElementType::kBF16;
}

}  // namespace

void FuseConcat(Plan& plan) {
  const std::vector<ElementType> storage = ChooseStorage(plan);
  // Concatenations that are never made, by their results; in the beginning all that are read at all.
  std::set<ValueId> unmade;
  for (const auto& layer : plan.layers) {
    if (JoinsChannels(plan, *layer)) unmade.insert(layer->outputs[0]);
  }
  for (const ValueId output : plan.outputs) unmade.erase(output);
  for (const auto& layer : plan.layers) {
    for (size_t i = 0; i < layer->inputs.size(); ++i) {
      const bool takes = JoinsChannels(plan, *layer) || (i == 0 && TakesParts(*layer, storage));
      if (!takes) unmade.erase(layer->inputs[i]);
    }
  }
  // The parts of each, and the names of what was taken apart. Layers come after those that they read.
  std::map<ValueId, std::vector<ValueId>> parts;
  std::map<ValueId, std::vector<std::string>> names;
  for (const auto& layer : plan.layers) {
    const bool joins = JoinsChannels(plan, *layer);
    if (!joins && !(TakesParts(*layer, storage) && unmade.contains(layer->inputs[0]))) continue;
    std::vector<ValueId> inputs;
    for (const ValueId input : joins ? layer->inputs : std::vector<ValueId>{layer->inputs[0]}) {
      if (!unmade.contains(input)) {
        inputs.push_back(input);
        continue;
      }
      inputs.insert(inputs.end(), parts[input].begin(), parts[input].end());
      // Whoever comes first has the name.
      layer->fused.insert(layer->fused.end(), names[input].begin(), names[input].end());
      names[input].clear();
    }
    const ValueId result = layer->outputs[0];
    if (joins && unmade.contains(result)) {
      parts[result] = std::move(inputs);
      names[result] = std::move(layer->fused);
      names[result].push_back(layer->name);
    } else if (joins) {
      layer->inputs = std::move(inputs);
    } else {
      inputs.insert(inputs.begin(), {layer->inputs[1], layer->inputs[2]});
      layer->op = "ConcatScaleShift";
      layer->inputs = std::move(inputs);
    }
  }
  plan.Changed();
  plan.RemoveDead();
}

}  // namespace moir::runtime

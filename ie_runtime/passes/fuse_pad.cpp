// Pad(x, zeros on spatial axes) then Convolution(pads p)  =>  Convolution(pads p + zeros).
// Exact because a convolution counts what lies outside as zero.
#include "ie_runtime/passes/passes.h"

namespace moir::runtime {
namespace {

bool IsZeroPad(const Plan& plan, const Layer& pad) {
  if (pad.op != "Pad" || pad.Attr<std::string>("pad_mode") != "constant") return false;
  if (!plan.Value(pad.inputs[1]).IsConstant() || !plan.Value(pad.inputs[2]).IsConstant()) return false;
  if (pad.inputs.size() < 4) return true;
  const PlanValue& fill = plan.Value(pad.inputs[3]);
  return fill.IsConstant() && ConstantFloats(fill).at(0) == 0;
}

}  // namespace

void FusePad(Plan& plan) {
  for (const auto& layer : plan.layers) {
    if (layer->op != "Convolution" && layer->op != "GroupConvolution") continue;
    // The plain evaluation, which serves other weights, knows the node's own pads only.
    if (!plan.Value(layer->inputs[1]).IsConstant() || plan.Value(layer->inputs[1]).type != ElementType::kF32) continue;
    // With automatic padding the pads depend on the size before padding.
    const std::string& automatic = layer->Attr<std::string>("auto_pad");
    if (automatic != "explicit" && automatic != "valid") continue;
    Layer* pad = plan.Producer(layer->inputs[0]);
    if (!pad || !IsZeroPad(plan, *pad) || !plan.HasOneReader(layer->inputs[0])) continue;
    const auto begin = plan.Value(pad->inputs[1]).constant.ToVector<int64_t>();
    const auto end = plan.Value(pad->inputs[2]).constant.ToVector<int64_t>();
    const bool spatial_only = begin[0] == 0 && begin[1] == 0 && end[0] == 0 && end[1] == 0;
    const auto negative = [](int64_t pads) { return pads < 0; };
    if (!spatial_only || std::any_of(begin.begin(), begin.end(), negative) ||
        std::any_of(end.begin(), end.end(), negative))
      continue;
    layer->extra_pads_begin.assign(begin.begin() + 2, begin.end());
    layer->extra_pads_end.assign(end.begin() + 2, end.end());
    layer->inputs[0] = pad->inputs[0];
    layer->fused.push_back(pad->name);
    plan.Changed();
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

// A depthwise convolution, or a ScaleShift, with at most an activation, whose only reader is a convolution with a
// filter of one pixel  =>  the convolution with a prologue (kernels/blocked/packed.h). MobileNets consist of the
// former, DenseNets and residual networks with activations first of the latter.
#include <algorithm>

#include "ie_runtime/kernels/blocked/packed_kernel.h"
#include "ie_runtime/passes/passes.h"

namespace moir::runtime {

void FusePrologue(Plan& plan) {
  for (const auto& layer : plan.layers) {
    const Layer* before = plan.Producer(layer->inputs.empty() ? kNoValue : layer->inputs[0]);
    if (!before || !plan.HasOneReader(layer->inputs[0]) || before->inputs[0] == layer->inputs[0]) continue;
    if (!TakesPrologue(plan, *layer, *before)) continue;
    layer->prologue = std::make_shared<const Layer>(*before);
    layer->inputs[0] = before->inputs[0];
    // So that they stay until the kernel has been made.
    layer->inputs.insert(layer->inputs.end(), before->inputs.begin() + 1, before->inputs.end());
    layer->fused.push_back(before->name);
    layer->fused.insert(layer->fused.end(), before->fused.begin(), before->fused.end());
    plan.Changed();
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

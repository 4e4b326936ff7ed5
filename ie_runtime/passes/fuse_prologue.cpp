// A depthwise convolution, or a ScaleShift, with at most an activation, whose only reader is a convolution with a
// filter of one pixel  =>  the convolution with a prologue (kernels/blocked/packed.h). MobileNets consist of the
// former, DenseNets and residual networks with activations first of the latter.
#include <algorithm>

#include "ie_runtime/kernels/blocked/packed_kernel.h"
#include "ie_runtime/passes/passes.h"

namespace moir::runtime {

void FusePrologue(Plan& plan) {
  for (const auto& layer : plan.layers) {
    const Layer* before = FindPrologue(plan, *layer);
    if (!before || !TakesPrologue(plan, *layer, *before)) continue;
    *layer = WithPrologue(*layer, *before);
    layer->fused.push_back(before->name);
    layer->fused.insert(layer->fused.end(), before->fused.begin(), before->fused.end());
    plan.Changed();
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

#include "ie_runtime/passes/passes.h"

namespace moir::runtime {

void RunPasses(Plan& plan, ElementType precision) {
  FusePad(plan);
  FuseScaleShift(plan);
  // Before sums and activations, which would stand between a convolution and its bias.
  FuseBias(plan);
  FuseSum(plan);
  FuseLstmGates(plan);
  // Whatever a kernel finishes with follows its bias and its sum.
  FuseUnary(plan);
  // Needs the activations in their places. The kernel multiplies in f32.
  if (precision == ElementType::kF32) FusePrologue(plan);
}

}  // namespace moir::runtime

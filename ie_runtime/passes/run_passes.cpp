#include "ie_runtime/passes/passes.h"
#include "ie_runtime/techniques.h"

namespace moir::runtime {

void RunPasses(Plan& plan, ElementType precision, const std::function<void()>& measure) {
  if (Uses(Technique::kFusePad)) FusePad(plan);
  if (Uses(Technique::kFuseScaleShift)) FuseScaleShift(plan);
  // Before sums and activations, which would stand between a convolution and its bias.
  if (Uses(Technique::kFuseBias)) FuseBias(plan);
  if (Uses(Technique::kFuseSum)) FuseSum(plan);
  if (Uses(Technique::kFuseLstmGates)) FuseLstmGates(plan);
  // Whatever a kernel finishes with follows its bias and its sum.
  FuseUnary(plan);  // makes layers "Unary" without the technique, too
  // Needs the activations in their places, as the next one does.
  if (precision == ElementType::kBF16 && Uses(Technique::kFuseConcat)) FuseConcat(plan);
  if (measure) measure();
  // The kernel multiplies in f32.
  if (precision == ElementType::kF32 && Uses(Technique::kFusePrologue)) FusePrologue(plan);
}

}  // namespace moir::runtime

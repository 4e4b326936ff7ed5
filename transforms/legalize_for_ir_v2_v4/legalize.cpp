#include "transforms/legalize_for_ir_v2_v4/legalize.h"

#include "transforms/legalize_for_ir_v2_v4/passes.h"
#include "transforms/passes.h"

namespace moir::transforms {

std::vector<std::unique_ptr<graph::Pass>> MakeLegalizePassesV2V4(const LegalizeOptions& options) {
  std::vector<std::unique_ptr<graph::Pass>> passes;
  const auto add = [&](std::unique_ptr<graph::Pass> pass) { passes.push_back(std::move(pass)); };

  // Shapes are settled: what depends on nothing else (prior boxes, shape arithmetic) is a constant, for the passes
  // below.
  add(MakeFoldShapeConstants());

  // Makes transpositions and reshapes, which passes below lower; the prior boxes are constants by now.
  if (options.detection_output) add(MakeLowerDetection());

  // Layers with weights take the bias that follows, a normalization the scale that follows, so they come before the
  // passes that would make layers of their own of these.
  add(MakeLowerConvolution());
  add(MakeLowerMatMul());
  add(MakeLowerNormalization());
  add(MakeLowerBatchNorm());

  // Sliding windows and activations look at nobody else's nodes; the embedding looks for the Clamp of its indices.
  add(MakeLowerGather());
  add(MakeLowerPooling(options.version));
  add(MakeLowerActivations());

  // Constants first: what is left for the element-wise layers has two data inputs or constants of odd shapes.
  add(MakeLowerAffine());
  add(MakeLowerElementwise());

  // Data movement.
  add(MakeLowerConcat());
  add(MakeLowerSplit());
  add(MakeLowerSlice());
  add(MakeLowerTranspose());
  add(MakeLowerReshape());
  add(MakeLowerTile());
  add(MakeLowerPad());
  add(MakeLowerInterpolate());

  // What the 2018 engine cannot take although the layers are right.
  add(MakeBreakPReLUChains());
  add(MakeNameOutputLayers(OutputIdentity::kLayer));
  // Last: the identity layers of the outputs are readers, too.
  add(MakeAvoidSharedSplitOutputs());
  return passes;
}

}  // namespace moir::transforms

#include "transforms/pipeline.h"

#include "transforms/extension_passes.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

// mo's own passes.
std::vector<std::unique_ptr<Pass>> MakeOwnPasses(const PipelineOptions& options) {
  const FusingFilter filter(options.finegrain_fusing);
  const bool fuses = !options.disable_fusing;
  std::vector<std::unique_ptr<Pass>> passes;
  const auto add = [&](std::unique_ptr<Pass> pass) {
    passes.push_back(MakeNotifyingPass(std::move(pass), options.listener));
  };

  // First of all, because everything after it may carry the new nodes along; names of inputs are still the user's.
  if (!options.preprocess.empty())
    add(MakeApplyInputPreprocessing(options.preprocess, options.move_means_to_preprocess));
  // In front of the preprocessing, whose axes are the model's.
  if (!options.layouts.empty()) add(MakeApplyLayouts(options.layouts));

  // Less to look at for all others. Constants only after transposed weights found their MatMul: folded, they would
  // have to be written out.
  add(MakeEliminateDeadCode());
  add(MakeFuseTransposeMatMul());
  add(MakeFoldConstants({options.keep_operators.begin(), options.keep_operators.end()}));
  add(MakeNormalizeConstantOperands());
  add(MakeEliminateIdentities());
  add(MakeEliminateCommonSubexpressions());

  // BatchNorm becomes Multiply + Add, which the following understand.
  add(MakeDecomposeBatchNorm());

  // Exact simplifications that need nobody's leave. Reordered channels (of the first weights, which are small) and a
  // Pad stand between affine nodes and convolutions, so they go before fusing.
  add(MakeConvertMinMaxToClamp());
  add(MakeFuseReverseChannels());
  add(MakeFusePadWindow(filter));

  // Convolutions in groups become one before their scales meet them, so that one weight gets one vector of factors.
  if (!options.disable_gfusing) add(MakeFuseGroupedConvolutions(filter));

  // Chains of scales and shifts become one pair; then pairs go into the weights on either side.
  if (fuses) {
    add(MakeFuseAffineAffine(filter));
    // Backwards first: behind a convolution nothing is lost to padding.
    add(MakeFuseLinearAffine(filter));
    // What is left before a convolution; may leave a bias that meets the convolution's own. A scale that stood between
    // a Pad and its convolution lets these two meet, and what stands before the Pad after them.
    add(MakeFuseAffineLinear(filter));
    add(MakeFusePadWindow(filter));
    add(MakeFuseAffineLinear(filter));
    // Now that no scale waits for the weights behind it, Add + Multiply take the order of a scale-shift layer.
    add(MakeFuseAffineAffine(filter, /*scale_first=*/true));
    // What no convolution took from either side may still reach one through an activation or pooling. Not before,
    // because a shift that cannot follow would part a pair that goes into the next convolution whole.
    add(MakeMoveAffineToLinear(filter));
    add(MakeFuseAffineAffine(filter, /*scale_first=*/true));
    add(MakeFuseLinearAffine(filter));
    add(MakeFuseAffineAffine(filter, /*scale_first=*/true));  // biases that met
  }

  // After fusing: a BatchNorm between Add and convolution is gone by now, which leaves fewer nodes to pass a stride.
  if (!options.disable_resnet_optimization) add(MakeOptimizeResidualStrides(filter));

  // Scales of one and shifts of zero that folding made, neighbours that met, nodes that have become alike.
  add(MakeEliminateIdentities());
  add(MakeEliminateCommonSubexpressions());
  add(MakeEliminateDeadCode());
  return passes;
}

}  // namespace

std::vector<std::string> PipelinePassNames() {
  PipelineOptions everything;
  everything.preprocess.resize(1);
  everything.layouts.resize(1);
  std::vector<std::string> names;
  for (const std::unique_ptr<Pass>& pass : MakeOwnPasses(everything)) names.emplace_back(pass->Name());
  return names;
}

std::vector<std::unique_ptr<Pass>> MakePipelinePasses(const PipelineOptions& options) {
  std::vector<std::unique_ptr<Pass>> passes = MakeOwnPasses(options);
  InsertExtensionPasses(PipelinePassNames(), options.listener, passes);
  return passes;
}

PassRunner MakePipeline(const PipelineOptions& options) {
  PassRunner runner;
  for (std::unique_ptr<Pass>& pass : MakePipelinePasses(options)) runner.Add(std::move(pass));
  return runner;
}

}  // namespace moir::transforms

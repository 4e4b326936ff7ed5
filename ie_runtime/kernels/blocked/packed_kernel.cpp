#include "ie_runtime/kernels/blocked/packed_kernel.h"

#include <algorithm>

#include "ie_runtime/algorithm_choices.h"
#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/blocked/packed.h"
#include "ie_runtime/kernels/convolution_algorithms.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/window.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using blocked::Finish;

bool All(const std::vector<int64_t>& values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

// Inputs of a layer that a kernel is to be made for, layouts aside.
KernelContext ContextOf(const Plan& plan, const Layer& layer) { return KernelContext(plan, layer, {}); }

// A filter of one pixel that moves by one, without pads.
bool IsPointwise(const KernelContext& context) {
  const Shape &weights = context.InputShape(1), &data = context.InputShape(), &out = context.OutputShape();
  if (weights[2] != 1 || weights[3] != 1 || data[2] != out[2] || data[3] != out[3]) return false;
  const WindowAttributes window = ReadWindow(context, {1, 1});
  return All(window.strides, 1) && All(window.pads_begin, 0) && All(window.pads_end, 0);
}

// The sizes of a pointwise convolution: of the source as the prologue leaves it.
PackedShape PointwiseShape(const KernelContext& context) {
  const Shape &out = context.OutputShape(), &weights = context.InputShape(1);
  return {out[0], weights[1], weights[0], out[2], out[3], out[2], out[3], 1, 1, 1, 1, 1, 1, 0, 0};
}

std::optional<PackedPrologue> ReadPrologue(const Plan& plan, const Layer& layer) {
  const KernelContext context = ContextOf(plan, layer);
  if (context.InputShape().Rank() != 4 || !context.AllF32() || !context.Input(1).IsConstant()) return std::nullopt;
  PackedPrologue prologue;
  const FusedPostOps fused = FusePostOps(context);
  if (fused.sum || fused.count < layer.post_ops.size()) return std::nullopt;
  prologue.finish = fused.finish;
  prologue.slopes = fused.slopes;
  if (layer.op == "ScaleShift") {
    prologue.kind = PackedPrologue::Kind::kAffine;
    prologue.scale = ConstantFloats(context.Input(1));
    prologue.shift = ConstantFloats(context.Input(2));
    return prologue;
  }
  const Shape &data = context.InputShape(), &weights = context.InputShape(1);
  if (layer.op != "GroupConvolution" || weights[0] != data[1] || weights[1] != 1 || weights[2] != 1)
    return std::nullopt;
  const WindowAttributes window = ReadWindow(context, {weights[3], weights[4]});
  if (!All(window.dilations, 1)) return std::nullopt;
  prologue.kind = PackedPrologue::Kind::kDepthwise;
  prologue.height = data[2];
  prologue.width = data[3];
  prologue.kernel_y = window.kernel[0];
  prologue.kernel_x = window.kernel[1];
  prologue.stride_y = window.strides[0];
  prologue.stride_x = window.strides[1];
  prologue.pad_top = window.pads_begin[0];
  prologue.pad_left = window.pads_begin[1];
  prologue.weights = ConstantFloats(context.Input(1));
  prologue.shift = fused.bias;
  return prologue;
}

}  // namespace

PackedShape ReadPackedShape(const KernelContext& context) {
  const Shape &data = context.InputShape(), &out = context.OutputShape(), &weights = context.InputShape(1);
  const WindowAttributes window = ReadWindow(context, {weights[2], weights[3]});
  return {data[0],
          data[1],
          out[1],
          data[2],
          data[3],
          out[2],
          out[3],
          window.kernel[0],
          window.kernel[1],
          window.strides[0],
          window.strides[1],
          window.dilations[0],
          window.dilations[1],
          window.pads_begin[0],
          window.pads_begin[1]};
}

const Layer* FindPrologue(const Plan& plan, const Layer& layer) {
  if (layer.op != "Convolution" || layer.prologue) return nullptr;
  const Layer* before = plan.Producer(layer.inputs[0]);
  if (!before || !plan.HasOneReader(layer.inputs[0]) || before->inputs[0] == layer.inputs[0]) return nullptr;
  if (before->prologue || (before->op != "ScaleShift" && before->op != "GroupConvolution")) return nullptr;
  const KernelContext context = ContextOf(plan, layer);
  const blocked::Loops* loops = LoopsFor(context);
  const bool serves = loops && IsPointwise(context) && PackedConvolution::Serves(PointwiseShape(context), *loops) &&
                      ReadPrologue(plan, *before);
  return serves ? before : nullptr;
}

Layer WithPrologue(const Layer& layer, const Layer& before) {
  Layer fused = layer;
  fused.prologue = std::make_shared<const Layer>(before);
  fused.inputs[0] = before.inputs[0];
  // So that they stay until the kernel has been made.
  fused.inputs.insert(fused.inputs.end(), before.inputs.begin() + 1, before.inputs.end());
  return fused;
}

bool PaysWithPrologue(const Plan& plan, const Layer& layer) {
  const KernelContext context = ContextOf(plan, layer);
  return PackedConvolution::PaysWithPrologue(PointwiseShape(context), *LoopsFor(context), ParallelThreads());
}

std::string PrologueProblem(const Plan& plan, const Layer& layer, const Layer& before) {
  const PackedPrologue prologue = ReadPrologue(plan, before).value();
  std::string problem = "scale and shift, ";
  if (prologue.kind == PackedPrologue::Kind::kDepthwise) {
    problem = StrCat("depthwise of ", prologue.height, 'x', prologue.width, " by ", prologue.kernel_y, 'x',
                     prologue.kernel_x, " strides ", prologue.stride_y, 'x', prologue.stride_x, " pads ",
                     prologue.pad_top, 'x', prologue.pad_left, ", ");
  }
  return StrCat(problem, "finish ", static_cast<int>(prologue.finish.kind), ", ",
                ConvolutionProblem(ContextOf(plan, layer)).value_or(""));
}

bool TakesPrologue(const Plan& plan, const Layer& layer, const Layer& before) {
  if (HasAlgorithmChoices()) {
    if (const std::string* chosen = ChosenAlgorithm(PrologueProblem(plan, layer, before)))
      return *chosen == kWithPrologue;
  }
  return PaysWithPrologue(plan, layer);
}

bool IsChainedOtherwise(const Layer& layer) {
  return std::any_of(layer.post_ops.begin(), layer.post_ops.end(),
                     [](const PostOp& op) { return op.kind == PostOp::Kind::kPRelu; });
}

namespace {

KernelChoice MakePackedKernel(const KernelContext& context, const blocked::Loops& loops, const PackedShape& shape,
                              const PackedPrologue& prologue) {
  const char* const name = prologue.kind == PackedPrologue::Kind::kNone     ? "packed"
                           : prologue.kind == PackedPrologue::Kind::kAffine ? "packed_affine"
                                                                            : "packed_depthwise";
  return MakeBlockedKernel(context, loops, name, [&](const FusedPostOps& fused) {
    return PackedConvolution(shape, loops, ParallelThreads(), context.Input(1).constant.Values<float>().data(),
                             fused.bias, fused.finish, fused.slopes, prologue);
  });
}

}  // namespace

KernelChoice MakePackedKernel(const KernelContext& context, const blocked::Loops& loops, const PackedShape& shape) {
  return MakePackedKernel(context, loops, shape, PackedPrologue());
}

std::optional<KernelChoice> MakePackedKernel(const KernelContext& context) {
  const blocked::Loops* loops = LoopsFor(context);
  const Layer& layer = context.GetLayer();
  if (!loops || (!layer.prologue && !Uses(Technique::kPacked))) return std::nullopt;
  if (layer.prologue) {
    return MakePackedKernel(context, *loops, PointwiseShape(context),
                            ReadPrologue(context.GetPlan(), *layer.prologue).value());
  }
  const PackedShape shape = ReadPackedShape(context);
  if (!PackedConvolution::Pays(shape, *loops, ParallelThreads(), IsChainedOtherwise(layer))) return std::nullopt;
  return MakePackedKernel(context, *loops, shape);
}

}  // namespace moir::runtime

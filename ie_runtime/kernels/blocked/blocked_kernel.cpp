#include "ie_runtime/kernels/blocked/blocked_kernel.h"

#include "ie_runtime/techniques.h"

namespace moir::runtime {

using blocked::Finish;

namespace {

bool Serves(const KernelContext& context) {
  return context.GetLayer().op == "Convolution" && context.AllF32() && context.Input(1).IsConstant() &&
         context.InputShape().Rank() == 4 && context.OutputShape().NumElements() != 0;
}

}  // namespace

const blocked::Loops* LoopsFor(const KernelContext& context) {
  return Serves(context) && Uses(Technique::kBlockedLayout) ? blocked::FindLoops() : nullptr;
}

const blocked::Loops* Bf16LoopsFor(const KernelContext& context) {
  if (!context.Bf16() || !Serves(context) || EffectiveIsa() >= Isa::kAvx512CoreAmx) return nullptr;
  return blocked::FindBf16Loops(context.OutputStorage());
}

std::string LoopsName(const blocked::Loops& loops) {
  if (loops.order == blocked::Order::kChannelsLast) return ":avx512_bf16";
  return loops.lanes == 16 ? ":avx512" : ":avx2";
}

FusedPostOps FusePostOps(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const std::vector<PostOp>& ops = layer.post_ops;
  FusedPostOps fused;
  if (layer.bias) fused.bias = ConstantFloats(context.Input(layer.bias));
  if (fused.count < ops.size() && ops[fused.count].kind == PostOp::Kind::kSum) fused.sum = ops[fused.count++].input;
  if (fused.count == ops.size()) return fused;
  const PostOp& op = ops[fused.count];
  const UnaryFunction& function = op.function;
  if (op.kind == PostOp::Kind::kPRelu) {
    fused.finish.kind = Finish::Kind::kPRelu;
    fused.slopes = ConstantFloats(context.Input(op.input));
  } else if (op.kind == PostOp::Kind::kUnary && function.kind == UnaryKind::kRelu) {
    fused.finish = {Finish::Kind::kRelu, function.alpha, 0};
  } else if (op.kind == PostOp::Kind::kUnary && function.kind == UnaryKind::kClip && function.alpha <= 0 &&
             function.beta >= 0) {
    fused.finish = {Finish::Kind::kClip, function.alpha, function.beta};
  } else {
    return fused;
  }
  ++fused.count;
  return fused;
}

}  // namespace moir::runtime

// Unary: one function of every element, with post-ops, in any layout. Functions that the compiler vectorizes run as a
// chain of our own; exponentials and the like as oneDNN's generated code.
#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"

namespace moir::runtime {
namespace {

bool IsSimple(UnaryKind kind) {
  return kind == UnaryKind::kRelu || kind == UnaryKind::kClip || kind == UnaryKind::kLinear ||
         kind == UnaryKind::kSquare || kind == UnaryKind::kAbs;
}

// Values of rank 0 and 1 as one row.
ChannelView ViewOf(const Layout& layout) {
  if (const auto view = layout.Channels()) return *view;
  return {1, 1, layout.Shape().NumElements(), 1, 1};
}

}  // namespace

std::optional<KernelChoice> MakeUnary(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const bool opaque = !context.InputLayout().Channels() && context.InputShape().Rank() >= 2;
  bool simple = IsSimple(layer.function.kind);
  size_t fusable = 0;
  while (fusable < layer.post_ops.size() && layer.post_ops[fusable].kind == PostOp::Kind::kUnary) ++fusable;
  const Layout layout =
      opaque && (simple || fusable < layer.post_ops.size()) ? context.PlainInput() : context.InputLayout();

  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = layout;
  choice.outputs = {layout};
  choice.aliases = {{Alias::Kind::kInPlace}};
  if (!simple && fusable == layer.post_ops.size() && layout.Shape().Rank() >= 1 && layout.Shape().NumElements() > 0) {
    dnnl::primitive_attr attr = onednn::UserScratchpad();
    const auto desc = onednn::MakeEltwise(layer.function, layout.Get().desc, attr);
    if (desc && layer.post_ops.empty()) {
      choice.kernel = std::make_unique<onednn::UnaryPrimitiveKernel>(
          [desc = desc] { return dnnl::eltwise_forward(desc); }, desc, layout.Get().desc, layout.Get().desc);
      return choice;
    }
  }
  if (opaque && layout.SameBytes(context.InputLayout())) return std::nullopt;
  Chain chain(ViewOf(layout));
  chain.AddUnary(layer.function);
  chain.AddPostOps(context);
  choice.kernel = MakeKernel("vector", [chain = std::move(chain), type = layout.Type()](const Binding& memory) {
    chain.Run(type, memory.inputs[0], memory.outputs[0]);
  });
  return choice;
}

}  // namespace moir::runtime

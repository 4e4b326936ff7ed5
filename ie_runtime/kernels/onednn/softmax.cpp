// Softmax and LogSoftmax along any axis.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeSoftmaxKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  if (!context.AllF32() || shape.Rank() < 1 || shape.NumElements() == 0) return std::nullopt;
  const auto axis = static_cast<int>(shape.NormalizeAxis(layer.Attr<int64_t>("axis")));
  for (const Layout& layout : {context.InputLayout(), context.PlainInput()}) {
    const auto desc = onednn::MakeSoftmax(layer.op == "LogSoftmax", layout.Get().desc, axis, onednn::UserScratchpad());
    if (!desc) continue;
    KernelChoice choice;
    choice.inputs = {layout};
    choice.outputs = {layout};
    choice.aliases = {{Alias::Kind::kInPlace}};
    choice.kernel = std::make_unique<onednn::UnaryPrimitiveKernel>(
        [desc = desc] { return onednn::SoftmaxForward(desc); }, desc, layout.Get().desc, layout.Get().desc);
    return choice;
  }
  return std::nullopt;
}

}  // namespace moir::runtime

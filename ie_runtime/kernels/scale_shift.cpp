// ScaleShift(x, scale[C], shift[C]) = x * scale + shift along axis 1, then its post-ops, in one pass and in place
// where the memory plan allows.
#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/factories.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeScaleShift(const KernelContext& context) {
  Layout layout = context.InputLayout();
  if (!layout.Channels()) layout = context.PlainInput();
  Chain chain(*layout.Channels());
  chain.AddScaleShift(ConstantFloats(context.Input(1)), ConstantFloats(context.Input(2)));
  chain.AddPostOps(context);
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = layout;
  choice.outputs = {layout};
  choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("vector", [chain = std::move(chain), type = layout.Type()](const Binding& memory) {
    chain.Run(type, memory.inputs[0], memory.outputs[0]);
  });
  return choice;
}

// A PRelu that no kernel finishes with, with one constant slope per channel.
std::optional<KernelChoice> MakePRelu(const KernelContext& context) {
  if (!context.AllF32() || !context.Input(1).IsConstant() || context.InputShape().Rank() < 2) return std::nullopt;
  if (context.InputShape(1).Rank() != 1 || context.InputShape(1)[0] != context.InputShape()[1]) return std::nullopt;
  Layout layout = context.InputLayout();
  if (!layout.Channels()) layout = context.PlainInput();
  Chain chain(*layout.Channels());
  chain.AddPRelu(ConstantFloats(context.Input(1)));
  chain.AddPostOps(context);
  KernelChoice choice;
  choice.inputs = {layout, Layout()};
  choice.outputs = {layout};
  choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("vector", [chain = std::move(chain), type = layout.Type()](const Binding& memory) {
    chain.Run(type, memory.inputs[0], memory.outputs[0]);
  });
  return choice;
}

}  // namespace moir::runtime

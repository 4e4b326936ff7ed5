// ScaleShift(x, scale[C], shift[C]) = x * scale + shift along axis 1, then its post-ops, in one pass and in place
// where the memory plan allows.
#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/threads.h"

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

// ConcatScaleShift(scale[C], shift[C], a, b, ...): the ScaleShift of a concatenation along axis 1, maybe with a ReLU,
// in bf16 with channels last. The pass that makes it has seen to that.
std::optional<KernelChoice> MakeConcatScaleShift(const KernelContext& context) {
  Check(context.OutputStorage() == ElementType::kBF16, "layer \"", context.GetLayer().name, "\": is to be in bf16");
  struct Part {
    size_t input;
    int64_t channels, first;
  };
  const Shape& whole = context.OutputShape();
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  std::vector<Part> parts;
  int64_t first = 0;
  for (size_t i = 2; i < context.InputCount(); ++i) {
    const int64_t channels = context.InputShape(i)[1];
    choice.inputs[i] = Layout::ChannelsLast(ElementType::kBF16, context.InputShape(i));
    parts.push_back({i, channels, first});
    first += channels;
  }
  choice.outputs = {Layout::ChannelsLast(ElementType::kBF16, whole)};
  choice.kernel =
      MakeKernel("vector", [parts = std::move(parts), scale = ConstantFloats(context.Input(0)),
                            shift = ConstantFloats(context.Input(1)), relu = !context.GetLayer().post_ops.empty(),
                            pixels = whole[0] * whole[2] * whole[3], channels = whole[1]](const Binding& memory) {
        BF16* dst = reinterpret_cast<BF16*>(memory.outputs[0]);
        ParallelFor(pixels, std::max<int64_t>(1, 8192 / channels), [&](int64_t begin, int64_t end) {
          for (const Part& part : parts) {
            const BF16* src = reinterpret_cast<const BF16*>(memory.inputs[part.input]);
            ScaleShiftBf16Rows({src + begin * part.channels, part.channels},
                               {dst + begin * channels + part.first, channels}, end - begin, part.channels,
                               &scale[static_cast<size_t>(part.first)], &shift[static_cast<size_t>(part.first)], relu);
          }
        });
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

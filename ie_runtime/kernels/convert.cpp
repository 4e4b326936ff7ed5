// Convert between element types, in parallel.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeConvert(const KernelContext& context) {
  const ElementType from = context.Input(0).type, to = context.Output().type;
  const int64_t count = context.OutputShape().NumElements();
  if (count == 0) return std::nullopt;
  // 8 and 32 bits, in any layout.
  if (std::optional<KernelChoice> choice = MakeQuantizedConvert(context)) return choice;
  KernelChoice choice;
  choice.inputs = {context.PlainInput()};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [=](const Binding& memory) {
    graph::DispatchType(from, [&](auto from_tag) {
      graph::DispatchType(to, [&](auto to_tag) {
        using From = decltype(from_tag);
        using To = decltype(to_tag);
        const From* x = reinterpret_cast<const From*>(memory.inputs[0]);
        To* y = reinterpret_cast<To*>(memory.outputs[0]);
        ParallelFor(count, 16384, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) y[i] = graph::ConvertElement<To, From>(x[i]);
        });
      });
    });
  });
  return choice;
}

}  // namespace moir::runtime

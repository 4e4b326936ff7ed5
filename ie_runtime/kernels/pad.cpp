// Pad with a constant: the result is filled, then the data moved into its middle.
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/strided_move.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

void Fill(std::byte* to, int64_t count, const std::vector<std::byte>& element) {
  const auto size = static_cast<int64_t>(element.size());
  ParallelFor(count, 1 << 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::memcpy(to + i * size, element.data(), element.size());
  });
}

}  // namespace

std::optional<KernelChoice> MakePad(const KernelContext& context) {
  const auto begin = context.Indices(1);
  if (!begin || context.GetLayer().Attr<std::string>("pad_mode") != "constant") return std::nullopt;
  const ElementType type = context.Input(0).type;
  std::vector<std::byte> element(ElementSize(type), std::byte{0});
  if (context.InputCount() > 3) {
    if (!context.Input(3).IsConstant()) return std::nullopt;
    std::memcpy(element.data(), context.Input(3).constant.Data(), element.size());
  }
  const Shape& in = context.InputShape();
  const std::vector<int64_t> in_strides = in.Strides(), out_strides = context.OutputShape().Strides();
  std::vector<MoveAxis> axes;
  int64_t first = 0;
  for (size_t k = 0; k < in_strides.size(); ++k) {
    axes.push_back({in[static_cast<int64_t>(k)], in_strides[k], out_strides[k]});
    first += (*begin)[k] * out_strides[k];
  }
  KernelChoice choice = MakeMoveChoice(context, StridedMove(axes, element.size(), 0, first));
  choice.kernel = MakeKernel("move", [move = StridedMove(axes, element.size(), 0, first), element,
                                      count = context.OutputShape().NumElements()](const Binding& memory) {
    Fill(memory.outputs[0], count, element);
    move.Run(memory.inputs[0], memory.outputs[0]);
  });
  return choice;
}

}  // namespace moir::runtime

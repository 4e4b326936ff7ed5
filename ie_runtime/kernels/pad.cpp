// Pad with a constant: the result is filled, then the data moved into its middle.
// Pad with what the data has (edge, reflect, symmetric): each row is a copied middle between elements that are looked
// up.
#include "graph/ops/pad.h"

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

// The last axis makes the rows.
struct LookedUp {
  std::vector<std::vector<int64_t>> offsets;  // per axis, of each position's source, in elements
  int64_t rows, begin, width;                 // of a row: where the middle starts, and how long it is

  template <typename T>
  void Run(const T* src, T* dst) const {
    const std::vector<int64_t>& inner = offsets.back();
    const auto length = static_cast<int64_t>(inner.size());
    ParallelFor(rows, std::max<int64_t>(1, 16384 / length), [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        const T* from = src;
        int64_t rest = row;
        for (size_t k = offsets.size() - 1; k-- > 0;) {
          const auto size = static_cast<int64_t>(offsets[k].size());
          from += offsets[k][static_cast<size_t>(rest % size)];
          rest /= size;
        }
        T* to = dst + row * length;
        for (int64_t i = 0; i < begin; ++i) to[i] = from[inner[static_cast<size_t>(i)]];
        std::copy_n(from, width, to + begin);
        for (int64_t i = begin + width; i < length; ++i) to[i] = from[inner[static_cast<size_t>(i)]];
      }
    });
  }
};

std::optional<KernelChoice> MakeLookedUpPad(const KernelContext& context, const std::vector<int64_t>& begin) {
  const Shape &in = context.InputShape(), &out = context.OutputShape();
  if (in.Rank() == 0 || out.NumElements() == 0) return std::nullopt;
  const auto& mode = context.GetLayer().Attr<std::string>("pad_mode");
  const std::vector<int64_t> strides = in.Strides();
  LookedUp pad{{}, out.NumElements(0, out.Rank() - 1), begin.back(), in[in.Rank() - 1]};
  for (int64_t axis = 0; axis < in.Rank(); ++axis) {
    const auto k = static_cast<size_t>(axis);
    std::vector<int64_t>& offsets = pad.offsets.emplace_back();
    for (int64_t i = 0; i < out[axis]; ++i)
      offsets.push_back(graph::PadSource(i - begin[k], in[axis], mode) * strides[k]);
  }
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = context.PlainInput();
  choice.outputs = {context.PlainOutput()};
  const auto run = [&](auto tag) {
    using T = decltype(tag);
    choice.kernel = MakeKernel("move", [pad](const Binding& memory) {
      pad.Run(reinterpret_cast<const T*>(memory.inputs[0]), reinterpret_cast<T*>(memory.outputs[0]));
    });
  };
  switch (ElementSize(context.Input(0).type)) {
    case 1: run(uint8_t{}); break;
    case 2: run(uint16_t{}); break;
    case 4: run(uint32_t{}); break;
    default: run(uint64_t{}); break;
  }
  return choice;
}

}  // namespace

std::optional<KernelChoice> MakePad(const KernelContext& context) {
  const auto begin = context.Indices(1);
  if (!begin) return std::nullopt;
  if (context.GetLayer().Attr<std::string>("pad_mode") != "constant") return MakeLookedUpPad(context, *begin);
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

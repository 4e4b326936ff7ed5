#include "ie_runtime/kernels/strided_move.h"

#include <cstring>

#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

template <typename T>
void MoveRow(const std::byte* from, std::byte* to, const MoveAxis& axis) {
  const T* src = reinterpret_cast<const T*>(from);
  T* dst = reinterpret_cast<T*>(to);
  if (axis.from == 0 && axis.to == 1) {
    std::fill_n(dst, axis.size, *src);
    return;
  }
  for (int64_t i = 0; i < axis.size; ++i) dst[i * axis.to] = src[i * axis.from];
}

}  // namespace

StridedMove::StridedMove(std::vector<MoveAxis> axes, size_t element_size, int64_t from_first, int64_t to_first)
    : inner_{1, 1, 1}, element_(element_size), from_first_(from_first), to_first_(to_first), rows_(1) {
  for (const MoveAxis& axis : axes) {
    if (axis.size == 1) continue;
    if (!axes_.empty() && axes_.back().from == axis.from * axis.size && axes_.back().to == axis.to * axis.size) {
      axes_.back() = {axes_.back().size * axis.size, axis.from, axis.to};
    } else {
      axes_.push_back(axis);
    }
  }
  if (!axes_.empty()) {
    inner_ = axes_.back();
    axes_.pop_back();
  }
  for (const MoveAxis& axis : axes_) rows_ *= axis.size;
}

void StridedMove::Run(const std::byte* from, std::byte* to) const {
  const auto element = static_cast<int64_t>(element_);
  from += from_first_ * element;
  to += to_first_ * element;
  if (rows_ == 0 || inner_.size == 0) return;
  ParallelFor(rows_, std::max<int64_t>(1, 32768 / inner_.size), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row, src = 0, dst = 0;
      for (size_t i = axes_.size(); i-- > 0;) {
        const int64_t position = rest % axes_[i].size;
        rest /= axes_[i].size;
        src += position * axes_[i].from;
        dst += position * axes_[i].to;
      }
      const std::byte* row_from = from + src * element;
      std::byte* row_to = to + dst * element;
      if (inner_.from == 1 && inner_.to == 1) {
        std::memcpy(row_to, row_from, static_cast<size_t>(inner_.size * element));
        continue;
      }
      switch (element_) {
        case 1: MoveRow<uint8_t>(row_from, row_to, inner_); break;
        case 2: MoveRow<uint16_t>(row_from, row_to, inner_); break;
        case 4: MoveRow<uint32_t>(row_from, row_to, inner_); break;
        default: MoveRow<uint64_t>(row_from, row_to, inner_); break;
      }
    }
  });
}

KernelChoice MakeMoveChoice(const KernelContext& context, StridedMove move) {
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = context.PlainInput();
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel(
      "move", [move = std::move(move)](const Binding& memory) { move.Run(memory.inputs[0], memory.outputs[0]); });
  return choice;
}

}  // namespace moir::runtime

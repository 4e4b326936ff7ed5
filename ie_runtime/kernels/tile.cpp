// Tile and Broadcast: every axis of the result as the pair [repeats, size], read with stride 0 along the repeats.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/strided_move.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeTile(const KernelContext& context) {
  const Shape& out = context.OutputShape();
  const Shape& in = context.InputShape();
  if (out.NumElements() == 0 || in.Rank() > out.Rank()) return std::nullopt;
  const std::vector<int64_t> in_strides = in.Strides(), out_strides = out.Strides();
  std::vector<MoveAxis> axes;
  for (int64_t i = 0; i < out.Rank(); ++i) {
    const int64_t k = i - (out.Rank() - in.Rank());
    const int64_t size = k < 0 ? 1 : in[k];
    const int64_t to = out_strides[static_cast<size_t>(i)];
    axes.push_back({out[i] / size, 0, to * size});
    axes.push_back({size, k < 0 ? 0 : in_strides[static_cast<size_t>(k)], to});
  }
  return MakeMoveChoice(context, StridedMove(std::move(axes), ElementSize(context.Input(0).type)));
}

}  // namespace moir::runtime

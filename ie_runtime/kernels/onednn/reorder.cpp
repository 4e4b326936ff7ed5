// Reorder: a value from one layout to another.
#include <cstring>

#include "ie_runtime/kernel_table.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

std::unique_ptr<Kernel> MakeCopy(size_t bytes) {
  return MakeKernel("copy", [bytes](const Binding& memory) {
    ParallelFor(static_cast<int64_t>(bytes), 1 << 18, [&](int64_t begin, int64_t end) {
      std::memcpy(memory.outputs[0] + begin, memory.inputs[0] + begin, static_cast<size_t>(end - begin));
    });
  });
}

constexpr int64_t kMaxPlanes = 4;

// Planes of f32 [batch][channels][pixels] to bf16 [batch][pixels][channels], for pictures.
template <int kChannels>
void Interleave(const float* planes, int64_t pixels, int64_t begin, int64_t end, BF16* to) {
  constexpr int64_t kPiece = 512;
  BF16 pieces[kChannels][kPiece];
  for (int64_t at = begin; at < end; at += kPiece) {
    const int64_t count = std::min(kPiece, end - at);
    for (int c = 0; c < kChannels; ++c) ToBf16Loop(planes + c * pixels + at, pieces[c], count);
    for (int64_t i = 0; i < count; ++i) {
      for (int c = 0; c < kChannels; ++c) to[(at + i) * kChannels + c] = pieces[c][i];
    }
  }
}

std::unique_ptr<Kernel> MakeInterleave(const Shape& shape) {
  constexpr void (*kLoops[kMaxPlanes])(const float*, int64_t, int64_t, int64_t, BF16*) = {Interleave<1>, Interleave<2>,
                                                                                          Interleave<3>, Interleave<4>};
  const int64_t batch = shape[0], channels = shape[1], pixels = shape.NumElements(2, shape.Rank());
  return MakeKernel("vector", [=, loop = kLoops[channels - 1]](const Binding& memory) {
    const float* from = reinterpret_cast<const float*>(memory.inputs[0]);
    BF16* to = reinterpret_cast<BF16*>(memory.outputs[0]);
    for (int64_t n = 0; n < batch; ++n, from += channels * pixels, to += channels * pixels) {
      ParallelFor(pixels, 8192, [&](int64_t begin, int64_t end) { loop(from, pixels, begin, end, to); });
    }
  });
}

}  // namespace

std::unique_ptr<Kernel> MakeReorder(const Layout& from, const Layout& to) {
  if (from.SameBytes(to)) return MakeCopy(from.Bytes());
  const bool rounds = from.Type() == ElementType::kF32 && to.Type() == ElementType::kBF16;
  if (rounds && from.IsPlain() && to.ToString() == "channels-last" && from.Shape()[1] <= kMaxPlanes)
    return MakeInterleave(from.Shape());
  const dnnl::reorder::primitive_desc desc(onednn::Engine(), from.Get().desc, onednn::Engine(), to.Get().desc,
                                           onednn::UserScratchpad());
  return std::make_unique<onednn::UnaryPrimitiveKernel>([desc] { return dnnl::reorder(desc); }, desc, from.Get().desc,
                                                        to.Get().desc);
}

}  // namespace moir::runtime

// Loops over values with channels last: a source of bf16, a result of bf16 or f32. The CPU has instructions for bf16,
// of which only the rounding is used: products are those of f32.
#include "ie_runtime/kernels/blocked/loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

// GCC takes its own undefined registers inside these functions for an oversight (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16")

namespace moir::runtime::blocked {
namespace {

#include "ie_runtime/kernels/blocked/vec_avx512.inc.h"
// Behind the vector, on which it builds.
#include "ie_runtime/kernels/blocked/loops.inc.h"

// Channels that are not there are read as zeros, and not written.
class Last {
 public:
  explicit Last(const Block& block)
      : mask_(block.channels >= Vec::kLanes ? 0xFFFF : static_cast<__mmask16>((1u << block.channels) - 1)),
        pixel_stride_(block.pixel_stride) {}
  int64_t PixelStride() const { return pixel_stride_; }

 protected:
  __mmask16 mask_;

 private:
  int64_t pixel_stride_;
};

struct LastBf16 : Last {
  using Element = BF16;
  using Last::Last;
  Reg Load(const BF16* p) const {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask_, p)), 16));
  }
  void Store(BF16* p, Reg x) const {
    _mm256_mask_storeu_epi16(p, mask_, reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)));
  }
};

struct LastF32 : Last {
  using Element = float;
  using Last::Last;
  Reg Load(const float* p) const { return _mm512_maskz_loadu_ps(mask_, p); }
  void Store(float* p, Reg x) const { _mm512_mask_storeu_ps(p, mask_, x); }
};

}  // namespace

const Loops kLoopsBf16 = MakeLoops<LastBf16, LastBf16>(Order::kChannelsLast, ElementType::kBF16, ElementType::kBF16);
const Loops kLoopsBf16ToF32 = MakeLoops<LastBf16, LastF32>(Order::kChannelsLast, ElementType::kBF16, ElementType::kF32);

}  // namespace moir::runtime::blocked

#pragma GCC pop_options
#endif

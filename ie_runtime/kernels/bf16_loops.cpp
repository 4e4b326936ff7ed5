// Loops of models in bf16, whose CPUs have AVX-512 and its instructions for bf16.
#include "ie_runtime/kernels/bf16_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// GCC takes its own undefined registers inside these functions for an oversight (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16")

namespace moir::runtime {
namespace {

constexpr int64_t kLanes = 32;

__mmask32 MaskOf(int64_t count) {
  return count >= kLanes ? ~__mmask32{0} : static_cast<__mmask32>((uint64_t{1} << count) - 1);
}
__m512 Low(__m512i bits) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(bits)), 16));
}
__m512 High(__m512i bits) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(bits, 1)), 16));
}
__m512i Rounded(__m512 low, __m512 high) { return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low)); }

// Numbers of bf16 in the order of their values, as integers; the same again gives the number.
__m512i Ordered(__m512i bits) {
  // bits ^ (sign & 0x7FFF)
  return _mm512_ternarylogic_epi32(bits, _mm512_srai_epi16(bits, 15), _mm512_set1_epi16(0x7FFF), 0x78);
}

}  // namespace

void ToBf16Fast(const float* x, BF16* y, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    _mm512_storeu_si512(y + i, Rounded(_mm512_loadu_ps(x + i), _mm512_loadu_ps(x + i + 16)));
  if (i == count) return;
  const __mmask32 mask = MaskOf(count - i);
  const __m512 low = _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), x + i);
  const __m512 high = _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask >> 16), x + i + 16);
  _mm512_mask_storeu_epi16(y + i, mask, Rounded(low, high));
}

void ScaleShiftBf16Rows(StridedRows<const BF16> x, StridedRows<BF16> y, int64_t rows, int64_t width, const float* scale,
                        const float* shift, bool relu) {
  for (int64_t column = 0; column < width; column += kLanes) {
    const __mmask32 mask = MaskOf(width - column);
    const auto low = static_cast<__mmask16>(mask), high = static_cast<__mmask16>(mask >> 16);
    const __m512 a = _mm512_maskz_loadu_ps(low, scale + column), b = _mm512_maskz_loadu_ps(low, shift + column);
    const __m512 c = _mm512_maskz_loadu_ps(high, scale + column + 16);
    const __m512 d = _mm512_maskz_loadu_ps(high, shift + column + 16);
    // A NaN becomes 0 with a ReLU, as in f32.
    const __m512 least = relu ? _mm512_setzero_ps() : _mm512_set1_ps(-__builtin_inff());
    for (int64_t row = 0; row < rows; ++row) {
      const __m512i bits = _mm512_maskz_loadu_epi16(mask, x.data + row * x.stride + column);
      __m512 p = _mm512_add_ps(_mm512_mul_ps(Low(bits), a), b), q = _mm512_add_ps(_mm512_mul_ps(High(bits), c), d);
      if (relu) {
        p = _mm512_max_ps(p, least);
        q = _mm512_max_ps(q, least);
      }
      _mm512_mask_storeu_epi16(y.data + row * y.stride + column, mask, Rounded(p, q));
    }
  }
}

void MaxBf16(const BF16* const* taps, int64_t count, int64_t channels, BF16* y) {
  for (int64_t channel = 0; channel < channels; channel += kLanes) {
    const __mmask32 mask = MaskOf(channels - channel);
    __m512i largest = Ordered(_mm512_maskz_loadu_epi16(mask, taps[0] + channel));
    for (int64_t tap = 1; tap < count; ++tap)
      largest = _mm512_max_epi16(largest, Ordered(_mm512_maskz_loadu_epi16(mask, taps[tap] + channel)));
    _mm512_mask_storeu_epi16(y + channel, mask, Ordered(largest));
  }
}

void MaxBf16Windows(const BF16* first, std::span<const int64_t> offsets, int64_t step, int64_t count, int64_t channels,
                    BF16* y) {
  const int64_t* const taps = offsets.data();
  const auto tap_count = static_cast<int64_t>(offsets.size());
  for (int64_t window = 0; window < count; ++window, first += step, y += channels) {
    for (int64_t channel = 0; channel < channels; channel += kLanes) {
      const __mmask32 mask = MaskOf(channels - channel);
      const BF16* const from = first + channel;
      __m512i largest = Ordered(_mm512_maskz_loadu_epi16(mask, from + taps[0]));
      for (int64_t tap = 1; tap < tap_count; ++tap)
        largest = _mm512_max_epi16(largest, Ordered(_mm512_maskz_loadu_epi16(mask, from + taps[tap])));
      _mm512_mask_storeu_epi16(y + channel, mask, Ordered(largest));
    }
  }
}

void AverageBf16(const BF16* const* taps, int64_t count, int64_t channels, float scale, BF16* y) {
  const __m512 factor = _mm512_set1_ps(scale);
  for (int64_t channel = 0; channel < channels; channel += kLanes) {
    const __mmask32 mask = MaskOf(channels - channel);
    __m512 low = _mm512_setzero_ps(), high = _mm512_setzero_ps();
    for (int64_t tap = 0; tap < count; ++tap) {
      const __m512i bits = _mm512_maskz_loadu_epi16(mask, taps[tap] + channel);
      low = _mm512_add_ps(low, Low(bits));
      high = _mm512_add_ps(high, High(bits));
    }
    _mm512_mask_storeu_epi16(y + channel, mask, Rounded(_mm512_mul_ps(low, factor), _mm512_mul_ps(high, factor)));
  }
}

}  // namespace moir::runtime

#pragma GCC pop_options
#else
namespace moir::runtime {
void ToBf16Fast(const float*, BF16*, int64_t) {}
void ScaleShiftBf16Rows(StridedRows<const BF16>, StridedRows<BF16>, int64_t, int64_t, const float*, const float*,
                        bool) {}
void MaxBf16(const BF16* const*, int64_t, int64_t, BF16*) {}
void MaxBf16Windows(const BF16*, std::span<const int64_t>, int64_t, int64_t, int64_t, BF16*) {}
void AverageBf16(const BF16* const*, int64_t, int64_t, float, BF16*) {}
}  // namespace moir::runtime
#endif

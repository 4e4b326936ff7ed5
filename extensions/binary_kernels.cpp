#include "binary_kernels.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header begins undefined registers by reading them (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif

namespace moir::binary {
namespace {

void CountPortable(const uint64_t* rows, const uint64_t* filters, int64_t words, uint32_t* different) {
  for (int64_t r = 0; r < kRows; ++r) {
    uint32_t counts[kFilters] = {};
    for (int64_t w = 0; w < words; ++w) {
      const uint64_t row = rows[r * words + w];
      for (int64_t f = 0; f < kFilters; ++f)
        counts[f] += static_cast<uint32_t>(__builtin_popcountll(row ^ filters[w * kFilters + f]));
    }
    for (int64_t f = 0; f < kFilters; ++f) different[r * kFilters + f] = counts[f];
  }
}

// Compiled once per instruction set: the loop over `p` becomes compare and masked or.
[[gnu::always_inline]] inline void PackBody(const float* data, int64_t stride, int64_t channels, int64_t count,
                                            uint64_t* words) {
  for (int64_t c = 0; c < channels; ++c) {
    const float* plane = data + c * stride;
    const uint64_t bit = uint64_t{1} << c;
    for (int64_t p = 0; p < count; ++p) words[p] |= plane[p] >= 0 ? bit : 0;
  }
}

void PackPortable(const float* data, int64_t stride, int64_t channels, int64_t count, uint64_t* words) {
  PackBody(data, stride, channels, count, words);
}

#if defined(__x86_64__)

// Bits of bytes by a table of half bytes (vpshufb); sums of bytes are gathered before they can exceed 255.
__attribute__((target("avx2"))) void CountAvx2(const uint64_t* rows, const uint64_t* filters, int64_t words,
                                               uint32_t* different) {
  constexpr int64_t kWordsPerSum = 31;  // of at most 8 bits per byte
  const __m256i table =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  for (int64_t half = 0; half < kFilters; half += 4) {
    for (int64_t r = 0; r < kRows; r += 4) {
      __m256i sums[4] = {};
      for (int64_t begin = 0; begin < words; begin += kWordsPerSum) {
        const int64_t end = begin + kWordsPerSum < words ? begin + kWordsPerSum : words;
        __m256i bytes[4] = {};
        for (int64_t w = begin; w < end; ++w) {
          const __m256i filter = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(filters + w * kFilters + half));
          for (int64_t i = 0; i < 4; ++i) {
            const __m256i row = _mm256_set1_epi64x(static_cast<int64_t>(rows[(r + i) * words + w]));
            const __m256i bits = _mm256_xor_si256(filter, row);
            const __m256i even = _mm256_shuffle_epi8(table, _mm256_and_si256(bits, low));
            const __m256i odd = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low));
            bytes[i] = _mm256_add_epi8(bytes[i], _mm256_add_epi8(even, odd));
          }
        }
        for (int64_t i = 0; i < 4; ++i)
          sums[i] = _mm256_add_epi64(sums[i], _mm256_sad_epu8(bytes[i], _mm256_setzero_si256()));
      }
      // The low halves of the four sums.
      const __m256i halves = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
      for (int64_t i = 0; i < 4; ++i) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(different + (r + i) * kFilters + half),
                         _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(sums[i], halves)));
      }
    }
  }
}

__attribute__((target("avx512f,avx512vpopcntdq"))) void CountAvx512(const uint64_t* rows, const uint64_t* filters,
                                                                    int64_t words, uint32_t* different) {
  static_assert(kRows == 8 && kFilters == 8);
  __m512i sums[kRows] = {};
  for (int64_t w = 0; w < words; ++w) {
    const __m512i filter = _mm512_loadu_si512(filters + w * kFilters);
    for (int64_t r = 0; r < kRows; ++r) {
      const __m512i row = _mm512_set1_epi64(static_cast<int64_t>(rows[r * words + w]));
      sums[r] = _mm512_add_epi64(sums[r], _mm512_popcnt_epi64(_mm512_xor_si512(filter, row)));
    }
  }
  for (int64_t r = 0; r < kRows; ++r)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(different + r * kFilters), _mm512_cvtepi64_epi32(sums[r]));
}

__attribute__((target("avx2"))) void PackAvx2(const float* data, int64_t stride, int64_t channels, int64_t count,
                                              uint64_t* words) {
  PackBody(data, stride, channels, count, words);
}

// Bits of up to 32 channels for 64 pixels: four lines of the cache per channel.
__attribute__((target("avx512f"))) inline void Pack64Pixels(const float* data, int64_t stride, int64_t channels,
                                                            __m512i* sums) {
  for (int64_t i = 0; i < 4; ++i) sums[i] = _mm512_setzero_si512();
  for (int64_t c = 0; c < channels; ++c) {
    const float* plane = data + c * stride;
    const __m512i bit = _mm512_set1_epi32(static_cast<int32_t>(uint32_t{1} << c));
    for (int64_t i = 0; i < 4; ++i) {
      const __mmask16 positive = _mm512_cmp_ps_mask(_mm512_loadu_ps(plane + 16 * i), _mm512_setzero_ps(), _CMP_GE_OQ);
      sums[i] = _mm512_mask_or_epi32(sums[i], positive, sums[i], bit);
    }
  }
}

__attribute__((target("avx512f"))) void PackAvx512(const float* data, int64_t stride, int64_t channels, int64_t count,
                                                   uint64_t* words) {
  constexpr int64_t kHalf = 32;
  int64_t p = 0;
  for (; p + 64 <= count; p += 64) {
    __m512i low[4], high[4];
    Pack64Pixels(data + p, stride, channels < kHalf ? channels : kHalf, low);
    Pack64Pixels(data + p + kHalf * stride, stride, channels < kHalf ? 0 : channels - kHalf, high);
    for (int64_t i = 0; i < 8; ++i) {
      const __m512i l = low[i / 2], h = high[i / 2];
      const __m256i low_half = i % 2 ? _mm512_extracti64x4_epi64(l, 1) : _mm512_castsi512_si256(l);
      const __m256i high_half = i % 2 ? _mm512_extracti64x4_epi64(h, 1) : _mm512_castsi512_si256(h);
      const __m512i word =
          _mm512_or_si512(_mm512_cvtepu32_epi64(low_half), _mm512_slli_epi64(_mm512_cvtepu32_epi64(high_half), 32));
      uint64_t* to = words + p + 8 * i;
      _mm512_storeu_si512(to, _mm512_or_si512(_mm512_loadu_si512(to), word));
    }
  }
  PackBody(data + p, stride, channels, count - p, words + p);
}

#endif

}  // namespace

Kernels ChooseKernels(extension::Isa isa) {
#if defined(__x86_64__)
  if (isa >= extension::Isa::kAvx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq"))
    return {CountAvx512, PackAvx512};
  if (isa >= extension::Isa::kAvx2 && __builtin_cpu_supports("avx2")) return {CountAvx2, PackAvx2};
#else
  static_cast<void>(isa);
#endif
  return {CountPortable, PackPortable};
}

}  // namespace moir::binary

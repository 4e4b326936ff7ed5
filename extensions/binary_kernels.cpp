#include "binary_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moir::binary {
namespace {

void CountPortable(const uint64_t* rows, const uint64_t* filters, int64_t words, uint64_t* different) {
  for (int64_t r = 0; r < kRows; ++r) {
    uint64_t counts[kFilters] = {};
    for (int64_t w = 0; w < words; ++w) {
      const uint64_t row = rows[r * words + w];
      for (int64_t f = 0; f < kFilters; ++f)
        counts[f] += static_cast<uint64_t>(__builtin_popcountll(row ^ filters[w * kFilters + f]));
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
                                               uint64_t* different) {
  constexpr int64_t kWordsPerSum = 31;  // of at most 8 bits per byte
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                         2, 3, 2, 3, 3, 4);
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
      for (int64_t i = 0; i < 4; ++i)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(different + (r + i) * kFilters + half), sums[i]);
    }
  }
}

__attribute__((target("avx512f,avx512vpopcntdq"))) void CountAvx512(const uint64_t* rows, const uint64_t* filters,
                                                                    int64_t words, uint64_t* different) {
  static_assert(kRows == 8 && kFilters == 8);
  __m512i sums[kRows] = {};
  for (int64_t w = 0; w < words; ++w) {
    const __m512i filter = _mm512_loadu_si512(filters + w * kFilters);
    for (int64_t r = 0; r < kRows; ++r) {
      const __m512i row = _mm512_set1_epi64(static_cast<int64_t>(rows[r * words + w]));
      sums[r] = _mm512_add_epi64(sums[r], _mm512_popcnt_epi64(_mm512_xor_si512(filter, row)));
    }
  }
  for (int64_t r = 0; r < kRows; ++r) _mm512_storeu_si512(different + r * kFilters, sums[r]);
}

__attribute__((target("avx2"))) void PackAvx2(const float* data, int64_t stride, int64_t channels, int64_t count,
                                              uint64_t* words) {
  PackBody(data, stride, channels, count, words);
}

__attribute__((target("avx512f"))) void PackAvx512(const float* data, int64_t stride, int64_t channels, int64_t count,
                                                   uint64_t* words) {
  int64_t p = 0;
  for (; p + 8 <= count; p += 8) {
    __m512i sum = _mm512_loadu_si512(words + p);
    for (int64_t c = 0; c < channels; ++c) {
      const __m256 values = _mm256_loadu_ps(data + c * stride + p);
      const __mmask16 positive =
          _mm512_cmp_ps_mask(_mm512_castps256_ps512(values), _mm512_setzero_ps(), _CMP_GE_OQ);
      sum = _mm512_mask_or_epi64(sum, static_cast<__mmask8>(positive), sum,
                                 _mm512_set1_epi64(static_cast<int64_t>(uint64_t{1} << c)));
    }
    _mm512_storeu_si512(words + p, sum);
  }
  PackBody(data + p, stride, channels, count - p, words + p);
}

#endif

}  // namespace

Kernels ChooseKernels(extension::Isa isa) {
#if defined(__x86_64__)
  if (isa >= extension::Isa::kAvx512 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512vpopcntdq"))
    return {CountAvx512, PackAvx512};
  if (isa >= extension::Isa::kAvx2 && __builtin_cpu_supports("avx2")) return {CountAvx2, PackAvx2};
#else
  static_cast<void>(isa);
#endif
  return {CountPortable, PackPortable};
}

}  // namespace moir::binary

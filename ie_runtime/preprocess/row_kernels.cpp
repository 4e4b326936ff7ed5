#include "ie_runtime/preprocess/row_kernels.h"

#include <algorithm>

#include "ie_runtime/kernels/vector_loops.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moir::runtime {
namespace {

void PickPlain(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin, int64_t end,
               int16_t* dst, int64_t stride) {
  for (int c = 0; c < count; ++c) {
    const uint8_t* row = src.channels[c];
    for (int64_t x = begin; x < end; ++x) dst[c * stride + x] = row[table.first[static_cast<size_t>(x)] * src.step];
  }
}

void LinearPlain(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin, int64_t end,
                 int16_t* dst, int64_t stride) {
  const int64_t next = src.width > 1 ? src.step : 0;
  for (int c = 0; c < count; ++c) {
    const uint8_t* row = src.channels[c];
    for (int64_t x = begin; x < end; ++x) {
      const uint8_t* pixel = row + table.first[static_cast<size_t>(x)] * src.step;
      const int32_t packed = table.packed[static_cast<size_t>(x)];
      dst[c * stride + x] = static_cast<int16_t>((pixel[0] * (packed & 0xffff) + pixel[next] * (packed >> 16)) >> 4);
    }
  }
}

#if defined(__x86_64__)

// Bytes are gathered four at a time: a pixel with its channels, or, of planar rows, a pixel with its neighbours. No
// byte outside the row is read: an address that would reach beyond its end moves back, and the value is shifted.

// clang-format off
#define MOIR_AVX2 __attribute__((target("avx2")))
#define MOIR_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
// clang-format on

MOIR_AVX2 inline __m256i Load(const int32_t* values) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
}
MOIR_AVX2 inline __m256i Gather(const uint8_t* row, __m256i offsets) {
  return _mm256_i32gather_epi32(reinterpret_cast<const int*>(row), offsets, 1);
}
MOIR_AVX2 inline void Store(int16_t* dst, __m256i values) {
  const __m128i packed = _mm_packs_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(dst), packed);
}

MOIR_AVX2 void PickAvx2(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin, int64_t end,
                        int16_t* dst, int64_t stride) {
  const int64_t bytes = src.width * src.step;
  int64_t x = begin;
  if (src.interleaved && (src.step == 3 || src.step == 4) && bytes >= 4) {
    const __m256i last = _mm256_set1_epi32(static_cast<int>(bytes - 4)), byte = _mm256_set1_epi32(0xff);
    for (; x + 8 <= end; x += 8) {
      const __m256i offset = Load(&table.offsets[static_cast<size_t>(x)]);
      const __m256i from = _mm256_min_epi32(offset, last);
      const __m256i shift = _mm256_slli_epi32(_mm256_sub_epi32(offset, from), 3);
      __m256i pixels = _mm256_srlv_epi32(Gather(src.channels[0], from), shift);
      for (int c = 0; c < count; ++c) {
        Store(dst + c * stride + x, _mm256_and_si256(pixels, byte));
        pixels = _mm256_srli_epi32(pixels, 8);
      }
    }
  }
  PickPlain(src, table, count, x, end, dst, stride);
}

MOIR_AVX2 void LinearAvx2(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin,
                          int64_t end, int16_t* dst, int64_t stride) {
  const __m256i low = _mm256_set1_epi32(0xff), high = _mm256_set1_epi32(0xff0000);
  int64_t x = begin;
  if (src.interleaved && (src.step == 3 || src.step == 4) && src.width > 1) {
    // The second pixel of three bytes, from the byte before it.
    const uint8_t* second = src.channels[0] + (src.step == 3 ? 2 : 4);
    const int before = src.step == 3 ? 8 : 0;
    for (; x + 8 <= end; x += 8) {
      const __m256i offset = Load(&table.offsets[static_cast<size_t>(x)]);
      const __m256i weights = Load(&table.packed[static_cast<size_t>(x)]);
      __m256i p0 = Gather(src.channels[0], offset);
      __m256i p1 = _mm256_srli_epi32(Gather(second, offset), before);
      for (int c = 0; c < count; ++c) {
        const __m256i pair =
            _mm256_or_si256(_mm256_and_si256(p0, low), _mm256_and_si256(_mm256_slli_epi32(p1, 16), high));
        Store(dst + c * stride + x, _mm256_srli_epi32(_mm256_madd_epi16(pair, weights), 4));
        p0 = _mm256_srli_epi32(p0, 8);
        p1 = _mm256_srli_epi32(p1, 8);
      }
    }
  } else if (src.step == 1 && src.width >= 4) {
    const __m256i last = _mm256_set1_epi32(static_cast<int>(src.width - 4));
    for (; x + 8 <= end; x += 8) {
      const __m256i offset = Load(&table.first[static_cast<size_t>(x)]);
      const __m256i weights = Load(&table.packed[static_cast<size_t>(x)]);
      const __m256i from = _mm256_min_epi32(offset, last);
      const __m256i shift = _mm256_slli_epi32(_mm256_sub_epi32(offset, from), 3);
      for (int c = 0; c < count; ++c) {
        const __m256i pixels = _mm256_srlv_epi32(Gather(src.channels[c], from), shift);
        const __m256i pair =
            _mm256_or_si256(_mm256_and_si256(pixels, low), _mm256_and_si256(_mm256_slli_epi32(pixels, 8), high));
        Store(dst + c * stride + x, _mm256_srli_epi32(_mm256_madd_epi16(pair, weights), 4));
      }
    }
  }
  LinearPlain(src, table, count, x, end, dst, stride);
}

// Forms with a mask where GCC 12's others begin with values that are not initialized, and warn of them.
constexpr __mmask16 kAll = 0xffff;
MOIR_AVX512 inline __m512i Load16(const int32_t* values) { return _mm512_loadu_si512(values); }
MOIR_AVX512 inline __m512i Gather16(const uint8_t* row, __m512i offsets) {
  return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), kAll, offsets, row, 1);
}
MOIR_AVX512 inline __m512i Right16(__m512i values, unsigned bits) {
  return _mm512_maskz_srlv_epi32(kAll, values, _mm512_set1_epi32(static_cast<int>(bits)));
}
MOIR_AVX512 inline __m512i Left16(__m512i values, unsigned bits) {
  return _mm512_maskz_sllv_epi32(kAll, values, _mm512_set1_epi32(static_cast<int>(bits)));
}
MOIR_AVX512 inline void Store16(int16_t* dst, __m512i values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst), _mm512_maskz_cvtepi32_epi16(kAll, values));
}

MOIR_AVX512 void PickAvx512(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin,
                            int64_t end, int16_t* dst, int64_t stride) {
  const int64_t bytes = src.width * src.step;
  int64_t x = begin;
  if (src.interleaved && (src.step == 3 || src.step == 4) && bytes >= 4) {
    const __m512i last = _mm512_set1_epi32(static_cast<int>(bytes - 4)), byte = _mm512_set1_epi32(0xff);
    for (; x + 16 <= end; x += 16) {
      const __m512i offset = Load16(&table.offsets[static_cast<size_t>(x)]);
      const __m512i from = _mm512_maskz_min_epi32(kAll, offset, last);
      const __m512i shift = Left16(_mm512_sub_epi32(offset, from), 3);
      __m512i pixels = _mm512_maskz_srlv_epi32(kAll, Gather16(src.channels[0], from), shift);
      for (int c = 0; c < count; ++c) {
        Store16(dst + c * stride + x, _mm512_and_si512(pixels, byte));
        pixels = Right16(pixels, 8);
      }
    }
  }
  PickPlain(src, table, count, x, end, dst, stride);
}

MOIR_AVX512 void LinearAvx512(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin,
                              int64_t end, int16_t* dst, int64_t stride) {
  const __m512i low = _mm512_set1_epi32(0xff), high = _mm512_set1_epi32(0xff0000);
  int64_t x = begin;
  if (src.interleaved && (src.step == 3 || src.step == 4) && src.width > 1) {
    const uint8_t* second = src.channels[0] + (src.step == 3 ? 2 : 4);
    const unsigned before = src.step == 3 ? 8 : 0;
    for (; x + 16 <= end; x += 16) {
      const __m512i offset = Load16(&table.offsets[static_cast<size_t>(x)]);
      const __m512i weights = Load16(&table.packed[static_cast<size_t>(x)]);
      __m512i p0 = Gather16(src.channels[0], offset);
      __m512i p1 = Right16(Gather16(second, offset), before);
      for (int c = 0; c < count; ++c) {
        const __m512i pair = _mm512_or_si512(_mm512_and_si512(p0, low), _mm512_and_si512(Left16(p1, 16), high));
        Store16(dst + c * stride + x, Right16(_mm512_madd_epi16(pair, weights), 4));
        p0 = Right16(p0, 8);
        p1 = Right16(p1, 8);
      }
    }
  } else if (src.step == 1 && src.width >= 4) {
    const __m512i last = _mm512_set1_epi32(static_cast<int>(src.width - 4));
    for (; x + 16 <= end; x += 16) {
      const __m512i offset = Load16(&table.first[static_cast<size_t>(x)]);
      const __m512i weights = Load16(&table.packed[static_cast<size_t>(x)]);
      const __m512i from = _mm512_maskz_min_epi32(kAll, offset, last);
      const __m512i shift = Left16(_mm512_sub_epi32(offset, from), 3);
      for (int c = 0; c < count; ++c) {
        const __m512i pixels = _mm512_maskz_srlv_epi32(kAll, Gather16(src.channels[c], from), shift);
        const __m512i pair = _mm512_or_si512(_mm512_and_si512(pixels, low), _mm512_and_si512(Left16(pixels, 8), high));
        Store16(dst + c * stride + x, Right16(_mm512_madd_epi16(pair, weights), 4));
      }
    }
  }
  LinearPlain(src, table, count, x, end, dst, stride);
}

#endif

template <typename T>
[[gnu::always_inline]] inline void Pick(const T* src, int64_t step, const int32_t* first, int64_t count, float* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = static_cast<float>(src[first[x] * step]);
}

template <typename T>
[[gnu::always_inline]] inline void Linear(const T* src, int64_t step, int64_t width, const ColumnTable& table,
                                          int64_t begin, int64_t end, float* dst) {
  const int32_t* first = table.first.data();
  const float *a0 = table.a0.data(), *a1 = table.a1.data();
  const T* next = src + (width > 1 ? step : 0);
  for (int64_t x = begin; x < end; ++x) {
    const int64_t at = first[x] * step;
    dst[x] = static_cast<float>(src[at]) * a0[x] + static_cast<float>(next[at]) * a1[x];
  }
}

template <typename T>
[[gnu::always_inline]] inline int32_t Gray(T blue, T green, T red) {
  return (int32_t{blue} * 3735 + int32_t{green} * 19235 + int32_t{red} * 9798 + (1 << 14)) >> 15;
}

[[gnu::always_inline]] inline float GrayOfFloats(float blue, float green, float red) {
  return blue * 0.114f + green * 0.587f + red * 0.299f;
}

[[gnu::always_inline]] inline uint8_t Saturate(int32_t value) {
  return static_cast<uint8_t>(std::min(std::max(value, 0), 255));
}

}  // namespace

const RowKernels& ChooseRowKernels(Isa isa) {
  static constexpr RowKernels kPlain{"scalar", PickPlain, LinearPlain};
#if defined(__x86_64__)
  static constexpr RowKernels kAvx2{"avx2", PickAvx2, LinearAvx2};
  static constexpr RowKernels kAvx512{"avx512_core", PickAvx512, LinearAvx512};
  if (isa >= Isa::kAvx512Core) return kAvx512;
  if (isa >= Isa::kAvx2) return kAvx2;
#endif
  return kPlain;
}

MOIR_VECTOR_CLONES void PickRow(const float* src, int64_t step, const int32_t* first, int64_t count, float* dst) {
  Pick(src, step, first, count, dst);
}
MOIR_VECTOR_CLONES void PickRow(const uint8_t* src, int64_t step, const int32_t* first, int64_t count, float* dst) {
  Pick(src, step, first, count, dst);
}
MOIR_VECTOR_CLONES void LinearRow(const float* src, int64_t step, int64_t width, const ColumnTable& table,
                                  int64_t begin, int64_t end, float* dst) {
  Linear(src, step, width, table, begin, end, dst);
}
MOIR_VECTOR_CLONES void LinearRow(const uint8_t* src, int64_t step, int64_t width, const ColumnTable& table,
                                  int64_t begin, int64_t end, float* dst) {
  Linear(src, step, width, table, begin, end, dst);
}

MOIR_VECTOR_CLONES void BlendRows(const int16_t* above, const int16_t* below, int16_t b0, int16_t b1, int64_t count,
                                  int16_t* dst) {
  for (int64_t x = 0; x < count; ++x)
    dst[x] = static_cast<int16_t>((((above[x] * b0) >> 16) + ((below[x] * b1) >> 16) + 2) >> 2);
}
MOIR_VECTOR_CLONES void BlendRows(const float* above, const float* below, float b0, float b1, int64_t count,
                                  float* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = above[x] * b0 + below[x] * b1;
}

MOIR_VECTOR_CLONES void NormalizeRow(const int16_t* src, float mean, float factor, int64_t count, float* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = (static_cast<float>(src[x]) - mean) * factor;
}
MOIR_VECTOR_CLONES void NormalizeRow(const float* src, float mean, float factor, int64_t count, float* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = (src[x] - mean) * factor;
}
MOIR_VECTOR_CLONES void BlendAndNormalizeRows(const int16_t* above, const int16_t* below, int16_t b0, int16_t b1,
                                              float mean, float factor, int64_t count, float* dst) {
  for (int64_t x = 0; x < count; ++x) {
    const auto value = static_cast<int16_t>((((above[x] * b0) >> 16) + ((below[x] * b1) >> 16) + 2) >> 2);
    dst[x] = (static_cast<float>(value) - mean) * factor;
  }
}

MOIR_VECTOR_CLONES void GrayRow(const int16_t* blue, const int16_t* green, const int16_t* red, int64_t count,
                                int16_t* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = static_cast<int16_t>(Gray(blue[x], green[x], red[x]));
}
MOIR_VECTOR_CLONES void GrayRow(const float* blue, const float* green, const float* red, int64_t count, float* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = GrayOfFloats(blue[x], green[x], red[x]);
}
MOIR_VECTOR_CLONES void GrayRow(const uint8_t* blue, const uint8_t* green, const uint8_t* red, int64_t step,
                                int64_t count, uint8_t* dst) {
  for (int64_t x = 0; x < count; ++x)
    dst[x] = static_cast<uint8_t>(Gray(blue[x * step], green[x * step], red[x * step]));
}
MOIR_VECTOR_CLONES void GrayRow(const float* blue, const float* green, const float* red, int64_t step, int64_t count,
                                float* dst) {
  for (int64_t x = 0; x < count; ++x) dst[x] = GrayOfFloats(blue[x * step], green[x * step], red[x * step]);
}

MOIR_VECTOR_CLONES void Nv12Row(const uint8_t* y, const uint8_t* uv, int64_t count, uint8_t* blue, uint8_t* green,
                                uint8_t* red) {
  // BT.601 in 1/2^20, as OpenCV rounds its factors.
  constexpr int kBits = 20, kHalf = 1 << (kBits - 1);
  for (int64_t x = 0; x < count; ++x) {
    const int32_t luma = std::max(0, int32_t{y[x]} - 16) * 1220542 + kHalf;
    const int32_t u = int32_t{uv[x / 2 * 2]} - 128, v = int32_t{uv[x / 2 * 2 + 1]} - 128;
    blue[x] = Saturate((luma + 2116026 * u) >> kBits);
    green[x] = Saturate((luma - 852492 * v - 409993 * u) >> kBits);
    red[x] = Saturate((luma + 1673527 * v) >> kBits);
  }
}

}  // namespace moir::runtime

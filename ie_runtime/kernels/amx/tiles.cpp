#include "ie_runtime/kernels/amx/tiles.h"

#if defined(__x86_64__)
#include <immintrin.h>

// GCC takes its own undefined registers inside these functions for an oversight (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16")

namespace moir::runtime::amx {
namespace {

// Tiles 0 to 3 are those of C, row by row; 4 and 5 of A; 6 and 7 of B.
struct alignas(64) TileSizes {
  uint8_t palette = 1, start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};
static_assert(sizeof(TileSizes) == 64);

template <int kRows, int kColumns>
void Run(const ProductArguments& a) {
  constexpr int64_t kTile = kTileRows * kTileColumns, kRow = kTileColumns * sizeof(float);
  float* const c = a.result;
  if (a.accumulate) {
    _tile_loadd(0, c, kRow);
    if constexpr (kColumns == 2) _tile_loadd(1, c + kTile, kRow);
    if constexpr (kRows == 2) _tile_loadd(2, c + 2 * kTile, kRow);
    if constexpr (kRows == 2 && kColumns == 2) _tile_loadd(3, c + 3 * kTile, kRow);
  } else {
    _tile_zero(0);
    if constexpr (kColumns == 2) _tile_zero(1);
    if constexpr (kRows == 2) _tile_zero(2);
    if constexpr (kRows == 2 && kColumns == 2) _tile_zero(3);
  }
  const std::byte* weights = reinterpret_cast<const std::byte*>(a.weights);
  const std::byte* next = a.next;
  const std::byte* const next_end = next + a.next_lines * 64;
  const std::byte* row[2] = {reinterpret_cast<const std::byte*>(a.rows[0]),
                             reinterpret_cast<const std::byte*>(a.rows[1])};
  for (int64_t step = 0; step < a.steps; ++step, row[0] += a.step_bytes, row[1] += kRows == 2 ? a.step_bytes : 0) {
    if (a.rows_ahead != 0) {
      const std::byte* ahead = row[0] + a.rows_ahead;
      for (int64_t i = 0; i < kRows * kTileRows; ++i, ahead += a.row_stride)
        _mm_prefetch(reinterpret_cast<const char*>(ahead), _MM_HINT_T0);
    }
    for (int64_t tap = 0; tap < a.tap_count; ++tap) {
      const int64_t offset = a.taps[tap];
      _tile_loadd(4, row[0] + offset, a.row_stride);
      _tile_loadd(6, weights, 64);
      if constexpr (kColumns == 2) _tile_loadd(7, weights + a.tile_bytes, 64);
      if constexpr (kRows == 2) _tile_loadd(5, row[1] + offset, a.row_stride);
      _tile_dpbf16ps(0, 4, 6);
      if constexpr (kColumns == 2) _tile_dpbf16ps(1, 4, 7);
      if constexpr (kRows == 2) _tile_dpbf16ps(2, 5, 6);
      if constexpr (kRows == 2 && kColumns == 2) _tile_dpbf16ps(3, 5, 7);
      weights += 2 * a.tile_bytes;
      for (int64_t line = 0; line < a.next_lines_per_step && next < next_end; ++line, next += 64)
        _mm_prefetch(reinterpret_cast<const char*>(next), _MM_HINT_T1);
      if (a.queue->first != a.queue->last) Store(*a.queue, a.queue_rows);
    }
  }
  Store(*a.queue, 2 * kTileRows);
  _tile_stored(0, c, kRow);
  if constexpr (kColumns == 2) _tile_stored(1, c + kTile, kRow);
  if constexpr (kRows == 2) _tile_stored(2, c + 2 * kTile, kRow);
  if constexpr (kRows == 2 && kColumns == 2) _tile_stored(3, c + 3 * kTile, kRow);
}

// Rows of pairs, one word each, become columns.
void Transpose(__m512i (&r)[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    for (int j = 0; j < 2; ++j) {
      r[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + j + 2]);
      r[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + j + 2]);
    }
  }
  // r[4 k + j]: column j of each quarter, rows 4 k to 4 k + 3.
  for (int j = 0; j < 4; ++j) {
    t[j] = _mm512_shuffle_i32x4(r[j], r[j + 4], 0x88);
    t[j + 4] = _mm512_shuffle_i32x4(r[j], r[j + 4], 0xDD);
    t[j + 8] = _mm512_shuffle_i32x4(r[j + 8], r[j + 12], 0x88);
    t[j + 12] = _mm512_shuffle_i32x4(r[j + 8], r[j + 12], 0xDD);
  }
  for (int j = 0; j < 4; ++j) {
    r[j] = _mm512_shuffle_i32x4(t[j], t[j + 8], 0x88);
    r[j + 8] = _mm512_shuffle_i32x4(t[j], t[j + 8], 0xDD);
    r[j + 4] = _mm512_shuffle_i32x4(t[j + 4], t[j + 12], 0x88);
    r[j + 12] = _mm512_shuffle_i32x4(t[j + 4], t[j + 12], 0xDD);
  }
}

// 16 pixels as words, the number in the low half.
template <bool kStride2>
__m512i LoadPixels(const BF16* from) {
  if constexpr (kStride2) return _mm512_and_si512(_mm512_loadu_si512(from), _mm512_set1_epi32(0xFFFF));
  else return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

template <bool kStride2>
void UnfoldRows(const UnfoldArguments& a) {
  const auto count = static_cast<int64_t>(a.offsets.size());
  for (int64_t step = 0; step < a.channels; step += kMaxTileChannels) {
    __m512i pairs[16];
    for (int64_t pair = 0; pair < 16; ++pair) {
      const int64_t k = step + 2 * pair;
      pairs[pair] =
          k < count ? LoadPixels<kStride2>(a.planes + a.offsets[static_cast<size_t>(k)]) : _mm512_setzero_si512();
      if (k + 1 >= count) continue;
      const __m512i odd = LoadPixels<kStride2>(a.planes + a.offsets[static_cast<size_t>(k + 1)]);
      pairs[pair] = _mm512_or_si512(pairs[pair], _mm512_slli_epi32(odd, 16));
    }
    Transpose(pairs);
    for (int64_t row = 0; row < kTileRows; ++row) _mm512_store_si512(a.rows + row * a.channels + step, pairs[row]);
  }
}

using Kind = blocked::Finish::Kind;

template <Kind kKind>
__m512 Finished(__m512 x, const blocked::Finish& finish, __m512 slope) {
  if constexpr (kKind == Kind::kRelu || kKind == Kind::kPRelu) {
    const __mmask16 positive = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ);
    return _mm512_mask_mul_ps(x, _knot_mask16(positive), x, slope);
  }
  // A NaN goes through, the second operand being given back.
  if constexpr (kKind == Kind::kClip)
    return _mm512_min_ps(_mm512_set1_ps(finish.high), _mm512_max_ps(_mm512_set1_ps(finish.low), x));
  return x;
}

__m512 FromBf16(__m256i bits) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)); }

template <Kind kKind, bool kBf16, bool kSum>
void StoreRows(const StoreArguments& a, int64_t rows) {
  const __m512 bias[2] = {_mm512_loadu_ps(a.bias), _mm512_loadu_ps(a.bias + kTileColumns)};
  __m512 slopes[2] = {_mm512_set1_ps(a.finish.low), _mm512_set1_ps(a.finish.low)};
  if constexpr (kKind == Kind::kPRelu) {
    slopes[0] = _mm512_loadu_ps(a.slopes);
    slopes[1] = _mm512_loadu_ps(a.slopes + kTileColumns);
  }
  const auto mask = static_cast<__mmask32>((uint64_t{1} << a.columns) - 1);
  const auto low = static_cast<__mmask16>(mask), high = static_cast<__mmask16>(mask >> 16);
  const float* result = a.result;
  const std::byte* sum = a.sum;
  std::byte* dst = a.dst;
  for (int64_t row = 0; row < rows; ++row, result += kTileColumns, dst += a.row_stride) {
    __m512 x = _mm512_add_ps(_mm512_loadu_ps(result), bias[0]);
    __m512 y = _mm512_add_ps(_mm512_loadu_ps(result + kTileRows * kTileColumns), bias[1]);
    if constexpr (kSum) {
      if constexpr (kBf16) {
        const __m512i bits = _mm512_maskz_loadu_epi16(mask, sum);
        x = _mm512_add_ps(x, FromBf16(_mm512_castsi512_si256(bits)));
        y = _mm512_add_ps(y, FromBf16(_mm512_extracti64x4_epi64(bits, 1)));
      } else {
        x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(low, sum));
        y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(high, reinterpret_cast<const float*>(sum) + kTileColumns));
      }
      sum += a.row_stride;
    }
    x = Finished<kKind>(x, a.finish, slopes[0]);
    y = Finished<kKind>(y, a.finish, slopes[1]);
    if constexpr (kBf16) {
      const auto rounded = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(y, x));
      if (a.streams) _mm512_stream_si512(reinterpret_cast<__m512i*>(dst), rounded);
      else _mm512_mask_storeu_epi16(dst, mask, rounded);
    } else {
      _mm512_mask_storeu_ps(dst, low, x);
      _mm512_mask_storeu_ps(reinterpret_cast<float*>(dst) + kTileColumns, high, y);
    }
  }
}

template <Kind kKind>
void StoreKind(const StoreArguments& a, int64_t rows) {
  if (a.dst_is_bf16) (a.sum ? StoreRows<kKind, true, true> : StoreRows<kKind, true, false>)(a, rows);
  else (a.sum ? StoreRows<kKind, false, true> : StoreRows<kKind, false, false>)(a, rows);
}

void StoreSome(const StoreArguments& a, int64_t rows) {
  switch (a.finish.kind) {
    case Kind::kNone: return StoreKind<Kind::kNone>(a, rows);
    case Kind::kRelu: return StoreKind<Kind::kRelu>(a, rows);
    case Kind::kPRelu: return StoreKind<Kind::kPRelu>(a, rows);
    case Kind::kClip: return StoreKind<Kind::kClip>(a, rows);
  }
}

}  // namespace

void Configure(int64_t rows, int64_t channels) {
  TileSizes sizes;
  for (int tile = 0; tile < 4; ++tile) {
    sizes.rows[tile] = static_cast<uint8_t>(rows);
    sizes.row_bytes[tile] = kTileColumns * sizeof(float);
  }
  for (int tile = 4; tile < 6; ++tile) {
    sizes.rows[tile] = static_cast<uint8_t>(rows);
    sizes.row_bytes[tile] = static_cast<uint16_t>(channels * 2);
    sizes.rows[tile + 2] = static_cast<uint8_t>(channels / 2);
    sizes.row_bytes[tile + 2] = kTileColumns * 2 * sizeof(BF16);
  }
  // GCC 12 takes the instruction to read the first 8 bytes only, and would leave out writing the others.
  asm volatile("" : : "r"(&sizes) : "memory");
  _tile_loadconfig(&sizes);
}

void Release() { _tile_release(); }

void FinishStreams() { _mm_sfence(); }

void Unfold(const UnfoldArguments& arguments) {
  (arguments.stride_2 ? UnfoldRows<true> : UnfoldRows<false>)(arguments);
}

void Multiply(const ProductArguments& arguments) {
  if (arguments.rows[1]) (arguments.one_column_tile ? Run<2, 1> : Run<2, 2>)(arguments);
  else (arguments.one_column_tile ? Run<1, 1> : Run<1, 2>)(arguments);
}

void Store(const StoreArguments& arguments) { StoreSome(arguments, arguments.rows); }

void Store(StoreQueue& queue, int64_t rows) {
  while (rows > 0 && queue.first != queue.last) {
    StoreArguments& piece = queue.pieces[queue.first];
    const int64_t count = rows < piece.rows ? rows : piece.rows;
    StoreSome(piece, count);
    rows -= count;
    piece.rows -= count;
    if (piece.rows == 0) {
      ++queue.first;
      continue;
    }
    piece.result += count * kTileColumns;
    piece.dst += count * piece.row_stride;
    if (piece.sum) piece.sum += count * piece.row_stride;
  }
}

}  // namespace moir::runtime::amx

#pragma GCC pop_options
#else
namespace moir::runtime::amx {
void Configure(int64_t, int64_t) {}
void Release() {}
void FinishStreams() {}
void Unfold(const UnfoldArguments&) {}
void Multiply(const ProductArguments&) {}
void Store(const StoreArguments&) {}
void Store(StoreQueue&, int64_t) {}
}  // namespace moir::runtime::amx
#endif

// Products of matrices in bf16 with the tiles of AMX, for convolutions whose values have their channels last.
//
//   C[row][column] = sum over taps t, channels k of A[row + offset of t][k] * B[t][k][column]
//
// A tile of A has 16 rows and up to 32 channels, one of B as many channels and 16 columns. Two of each make four tiles
// of C, which stay in registers until the sum is complete.
#pragma once

#include <cstdint>
#include <span>

#include "ie_runtime/common.h"
#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime::amx {

constexpr int64_t kTileRows = 16, kTileColumns = 16, kMaxTileChannels = 32;
constexpr int64_t kPanel = 2 * kTileColumns;  // columns of a panel of weights
// C: two by two tiles, each 16 rows of 16 floats.
constexpr int64_t kResultFloats = 4 * kTileRows * kTileColumns;

// The sizes of the tiles, for the calling thread until Release.
void Configure(int64_t rows, int64_t channels);
void Release();
// What was stored past the caches, for other threads to see.
void FinishStreams();

// kTileRows rows of A out of planes: row r is planes[offset + r * stride] for all offsets, then zeros.
struct UnfoldArguments {
  const BF16* planes;
  bool stride_2;  // else 1
  std::span<const int64_t> offsets;
  int64_t channels;  // of a row, a multiple of kMaxTileChannels
  BF16* rows;        // aligned to 64 bytes
};
void Unfold(const UnfoldArguments& arguments);

// finish(C + bias + sum), rounded to bf16 or not, for rows that follow each other.
struct StoreArguments {
  const float* result;       // the row of the first tile; the second one lies kTileRows * kTileColumns floats on
  int64_t rows, row_stride;  // stride: bytes of dst and sum
  int64_t columns;
  const float* bias;     // kPanel floats
  const std::byte* sum;  // null, or of the result's type
  std::byte* dst;
  bool dst_is_bf16;
  bool streams;  // past the caches: kPanel columns of bf16, dst and row_stride multiples of 64
  blocked::Finish finish;
  const float* slopes;  // kPanel floats for Finish::Kind::kPRelu
};
void Store(const StoreArguments& arguments);

// Results that are yet to be stored. Tiles wait for what is stored before them, so that rows of one product are best
// stored a few at a time while the next one is computed.
struct StoreQueue {
  StoreArguments pieces[2 * kTileRows];
  int64_t first = 0, last = 0;
  void Add(const StoreArguments& piece) {
    if (first == last) first = last = 0;
    pieces[last++] = piece;
  }
};
// Up to `rows` rows of those in the queue.
void Store(StoreQueue& queue, int64_t rows);

struct ProductArguments {
  const BF16* rows[2];  // first rows of the tiles of A; null: one tile is all
  int64_t row_stride;   // bytes
  const int64_t* taps;  // bytes from the row to what the tap sees
  int64_t tap_count;
  // Channels in steps of a tile's. All taps see those of a step before the next one's: from the first cache.
  int64_t steps, step_bytes;
  const BF16* weights;  // B[step][tap][tile][channel / 2][column][channel % 2]
  int64_t tile_bytes;   // of B
  bool one_column_tile;
  int64_t rows_ahead;  // bytes from the rows to those of the next call, which are fetched meanwhile; 0: none
  // Fetched as well, some lines with every tap of every step.
  const std::byte* next;
  int64_t next_lines_per_step, next_lines;
  StoreQueue* queue;  // is stored meanwhile, `queue_rows` with every tap of every step, and the rest before C
  int64_t queue_rows;
  float* result;
  bool accumulate = false;  // C begins as `result`, else as zeros
};
void Multiply(const ProductArguments& arguments);

}  // namespace moir::runtime::amx

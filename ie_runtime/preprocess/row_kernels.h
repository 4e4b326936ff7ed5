// Rows of pictures: what is done to one row of pixels at a time.
//
// Between two steps a row is planar: one run of `width` values per channel, in 16 bits for bytes and in f32 else.
// Bytes are resized with OpenCV's arithmetic, so that the results are the same bits:
//
//   weights are multiples of 1/2048:  a0 = round((1 - f) * 2048), a1 = round(f * 2048)
//   along a row                       h = (p[x] * a0 + p[x + 1] * a1) >> 4                 at most 32640
//   between two rows                  v = (((h0 * b0) >> 16) + ((h1 * b1) >> 16) + 2) >> 2
#pragma once

#include <cstdint>
#include <vector>

#include "ie_runtime/isa.h"

namespace moir::runtime {

inline constexpr int kResizeBits = 11;

// Which pixels of a row make each pixel of the resized row, and with which weights.
struct ColumnTable {
  std::vector<int32_t> first;    // pixel; its right neighbour is the second, where there is one
  std::vector<int32_t> offsets;  // first * step of the source row, for interleaved bytes
  std::vector<int32_t> packed;   // a0 | a1 << 16, in 1/2048
  std::vector<float> a0, a1;
};

// A row of source pixels: pixel x of channel c is channels[c][x * step].
template <typename T>
struct SourceRow {
  const T* channels[4] = {};
  int64_t step = 1;
  int64_t width = 0;
  bool interleaved = false;  // channels[c] == channels[0] + c, and `step` elements are all there for every pixel
};

struct RowKernels {
  const char* name;
  // Pixels [begin, end) of the table, of channels [0, count); channel c of the result begins at dst + c * stride.
  // The first pixel alone (nearest), and both with their weights (h above).
  void (*pick)(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin, int64_t end,
               int16_t* dst, int64_t stride);
  void (*linear)(const SourceRow<uint8_t>& src, const ColumnTable& table, int count, int64_t begin, int64_t end,
                 int16_t* dst, int64_t stride);
};
// The newest that `isa` has.
const RowKernels& ChooseRowKernels(Isa isa);

// The same on floats, one channel.
void PickRow(const float* src, int64_t step, const int32_t* first, int64_t count, float* dst);
void PickRow(const uint8_t* src, int64_t step, const int32_t* first, int64_t count, float* dst);
void LinearRow(const float* src, int64_t step, int64_t width, const ColumnTable& table, int64_t begin, int64_t end,
               float* dst);
void LinearRow(const uint8_t* src, int64_t step, int64_t width, const ColumnTable& table, int64_t begin, int64_t end,
               float* dst);

// Between two rows.
void BlendRows(const int16_t* above, const int16_t* below, int16_t b0, int16_t b1, int64_t count, int16_t* dst);
void BlendRows(const float* above, const float* below, float b0, float b1, int64_t count, float* dst);

// dst = (src - mean) * factor; dst may be src.
void NormalizeRow(const int16_t* src, float mean, float factor, int64_t count, float* dst);
void NormalizeRow(const float* src, float mean, float factor, int64_t count, float* dst);
// The two above in one: of bytes.
void BlendAndNormalizeRows(const int16_t* above, const int16_t* below, int16_t b0, int16_t b1, float mean, float factor,
                           int64_t count, float* dst);

// Gray from blue, green and red, as OpenCV weighs them.
void GrayRow(const int16_t* blue, const int16_t* green, const int16_t* red, int64_t count, int16_t* dst);
void GrayRow(const float* blue, const float* green, const float* red, int64_t count, float* dst);
void GrayRow(const uint8_t* blue, const uint8_t* green, const uint8_t* red, int64_t step, int64_t count, uint8_t* dst);
void GrayRow(const float* blue, const float* green, const float* red, int64_t step, int64_t count, float* dst);

// A row of NV12 (BT.601, studio range): `uv` holds u and v of every second pixel. `dst` has blue, green and red.
void Nv12Row(const uint8_t* y, const uint8_t* uv, int64_t count, uint8_t* blue, uint8_t* green, uint8_t* red);

}  // namespace moir::runtime

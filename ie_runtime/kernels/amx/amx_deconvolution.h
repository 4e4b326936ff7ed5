// Deconvolutions of bf16 on AMX: values have their channels last.
//
// The result's line q * stride + p, for each phase p below the stride, is a convolution of the source with every
// stride-th line of the window, p the first of these, around line q; columns likewise:
//
//   dst[qy * sy + py][qx * sx + px][o] = sum over jy, jx, c of
//       src[qy - jy][qx - jx][c] * weights[c][o][py + jy * sy][px + jx * sx]
//
// So a row of A is a pixel of the padded source, whose taps are its ceil(kernel / stride) neighbours each way, and B
// has a column for each px and o. These lie side by side in a line of the result, and those of the next pixel follow: a
// row of C is a piece of a line.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ie_runtime/common.h"
#include "ie_runtime/kernels/amx/tiles.h"
#include "ie_runtime/kernels/blocked/packed.h"

namespace moir::runtime {

class AmxDeconvolution {
 public:
  // Whether there is a way for this shape, and it is likely faster than oneDNN's. height, width: of the source.
  static bool Pays(const PackedShape& shape);

  // `weights`: [in_channels, out_channels, kernel_y, kernel_x] in f32, not looked at when they come packed; `bias` and,
  // for Finish::Kind::kPRelu, `slopes`: one number per output channel, or empty. `result`: f32 or bf16.
  AmxDeconvolution(const PackedShape& shape, int threads, ElementType result, const Tensor& weights,
                   std::span<const float> bias = {}, const blocked::Finish& finish = {},
                   std::span<const float> slopes = {});

  size_t ScratchpadBytes() const;
  size_t WeightBytes() const { return weight_bytes_; }
  // dst = finish(deconv(src) + bias). There is no sum: null.
  void Run(const std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const;

 private:
  void Pack(const float* weights, int64_t unit, BF16* packed) const;
  void Prepare(const BF16* image, BF16* copy) const;
  void RunPart(const BF16* copy, std::byte* dst, int64_t first_unit, int64_t last_unit, int64_t first_line,
               int64_t last_line) const;
  void StoreTile(amx::StoreQueue& queue, amx::StoreArguments& store, int64_t unit, int64_t tile, const float* result,
                 std::byte* dst) const;
  // Where a tile's own pixels begin and end in its line, and those that it multiplies begin.
  struct TilePixels {
    int64_t line, begin, end, start;
  };
  TilePixels PixelsOf(int64_t tile) const;

  PackedShape shape_;
  ElementType result_;
  blocked::Finish finish_;
  int64_t taps_y_, taps_x_;
  int64_t first_y_, first_x_;  // the first pixel of the padded source of which anything is seen in the result
  int64_t lines_, columns_;    // pixels of A
  int64_t copy_width_;         // of the padded source
  int64_t step_, channels_;    // of a tile; of a pixel, with what fills up the last step
  int64_t row_columns_;        // of B: phases and output channels
  int64_t panels_;             // of a phase of lines; a unit is one panel of one phase
  int64_t line_tiles_, tile_rows_;
  int64_t strip_lines_;  // that are multiplied with one panel after the other
  bool by_units_;        // threads share units, else lines
  int64_t unit_elements_;
  std::vector<int64_t> taps_;  // bytes
  size_t weight_bytes_;
  std::shared_ptr<const std::byte> weights_;
  std::vector<float> bias_, slopes_;  // of the columns of whole panels
};

}  // namespace moir::runtime

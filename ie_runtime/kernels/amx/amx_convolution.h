// Convolutions of bf16 on AMX: values have their channels last, so that a pixel's channels are a row of a matrix.
//
//   few channels       the source is planes of f32; some lines are rounded, and what the window sees becomes a row
//   1 x 1, no stride   rows are the pixels of the source as they lie
//   1 x 1, strides     the pixels that are read are gathered first
//   larger windows     the source is copied with its padding around it, if any. Elements of the window are offsets.
//                      Tiles keep to lines of the result, or take every pixel of the copy in a row, and what lies
//                      between two lines of the result is left out: whichever needs fewer
//
// The tiles multiply as fast as the core's own cache (2 MB) gives operands, which the one that all cores share does
// not. So a thread takes as many lines at a time as that cache holds, a strip, copies them there, and multiplies all of
// them with one panel of weights (32 output channels) after the other. Where a panel is too large itself, its steps are
// taken in chunks. The weights of the next chunk or panel are fetched meanwhile: late layers wait for memory otherwise.
// Threads share the output channels where weights outweigh the source, else the pixels.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ie_runtime/common.h"
#include "ie_runtime/kernels/amx/tiles.h"
#include "ie_runtime/kernels/blocked/packed.h"
#include "ie_runtime/kernels/blocked/packed_mat_mul.h"

namespace moir::runtime {

using AmxShape = PackedShape;

class AmxConvolution {
 public:
  // Whether there is a way for this shape, and it is likely faster than oneDNN's.
  static bool Pays(const AmxShape& shape);
  // Whether the source is plain f32, instead of bf16 with channels last.
  static bool TakesPlanes(const AmxShape& shape);

  // `weights`: [out_channels, in_channels, kernel_y, kernel_x] in f32, not looked at when they come packed; `bias` and,
  // for Finish::Kind::kPRelu, `slopes`: one number per output channel, or empty. `result`: f32 or bf16.
  AmxConvolution(const AmxShape& shape, int threads, ElementType result, const Tensor& weights,
                 std::span<const float> bias = {}, const blocked::Finish& finish = {},
                 std::span<const float> slopes = {});

  size_t ScratchpadBytes() const;
  size_t WeightBytes() const { return weight_bytes_; }
  // dst = finish(conv(src) + bias + sum); `sum` is null, or of the result's type and layout, maybe dst.
  void Run(const std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const;

 private:
  // Rows of A in memory: `first` is the number of the one at `data`, `last` behind the last.
  struct Rows {
    const BF16* data;
    int64_t first, last;
  };
  // Tiles `first_tile` to `last_tile` of a result, with some panels of weights. Tile i has the rows from base + 16 i
  // on, below `limit`, unless tiles keep to lines.
  struct Part {
    Rows rows;
    const std::byte* sum;
    std::byte* dst;
    int64_t first_panel = 0, last_panel = 0;
    int64_t base = 0, limit = 0, first_tile = 0, last_tile = 0;
    float* accumulators = nullptr;          // where weights are taken in chunks
    bool first_use = true, is_last = true;  // of these weights by this thread, in this inference
    // Fetched meanwhile, where no weights are: what the next strip reads of the source, in lines of 64 bytes.
    const std::byte* source = nullptr;
    int64_t source_lines = 0;
    bool rows_from_elsewhere = true;  // not from this core's cache
  };
  struct TileRows {
    int64_t begin, end;  // of the rows that are the tile's own
    int64_t start;       // of those that it multiplies, some of which may be another's
  };
  void PlanTiles();
  TileRows RowsOf(const Part& part, int64_t tile, int64_t count) const;
  void Pack(const float* weights, BF16* packed) const;
  void Prepare(const BF16* image, int64_t first, int64_t last, BF16* copy) const;
  int64_t StripElements() const;
  void FetchLines(const float* image, int64_t first) const;
  void PreparePlanes(const float* image, int64_t first, BF16* copy) const;
  void RunPart(const Part& part) const;
  void StoreTile(amx::StoreQueue& queue, amx::StoreArguments& store, const Part& part, const TileRows& tile,
                 const float* result, int64_t panel) const;
  void RunWorker(const BF16* image, const BF16* copy, Part part, int64_t worker, std::byte* scratchpad) const;
  void RunImages(const BF16* image, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const;
  void RunPlanes(const float* image, BF16* planes, const std::byte* sum, std::byte* dst, int64_t first_line,
                 int64_t last_line) const;

  AmxShape shape_;
  int threads_;
  ElementType result_;
  blocked::Finish finish_;
  bool planes_;              // few channels
  bool direct_;              // rows are those of the source
  int64_t images_;           // that are multiplied as one
  int64_t strip_lines_ = 0;  // of planes: lines of the result that are computed of lines rounded at a time
  int64_t padded_height_, padded_width_;
  int64_t rows_;                            // per image or images, those left out counted
  int64_t channels_;                        // of a row, with what fills up the last step
  int64_t step_;                            // channels of a tile
  int64_t pixel_;                           // elements from a row to the next
  bool copies_;                             // the source, padded or what a stride leaves of it
  int64_t tiles_, tile_rows_, line_tiles_;  // line_tiles_: per line of the result; 0: tiles do not keep to lines
  bool by_channels_;                        // workers share panels, else tiles
  int64_t workers_;
  int64_t strip_blocks_;  // pairs of tiles that a worker multiplies with one panel after the other
  int64_t chunks_;        // of the steps of a panel, each for all tiles of a strip; sums wait in accumulators
  int64_t copy_elements_, accumulators_;
  bool streams_;  // the result, past the caches
  int64_t panel_elements_;
  std::vector<int64_t> taps_;
  std::vector<int64_t> offsets_;  // in the planes, of what a row consists of
  size_t weight_bytes_;
  std::shared_ptr<const std::byte> weights_;
  std::vector<float> bias_, slopes_;  // of whole panels
};

// The kernel of a MatMul in bf16 with constant weights and many rows, which are pixels to it; null where others serve
// it better.
std::unique_ptr<Kernel> MakeAmxMatMul(const KernelContext& context, const MatMulShape& shape, ElementType result);

}  // namespace moir::runtime

// The loops of convolutions of our own, one set per vector width and way to store values. Products and sums are f32.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ie_runtime/common.h"
#include "ie_runtime/isa.h"

namespace moir::runtime::blocked {

// The points besides 0 and infinity, each with either sign. Found by trying steps of 1/16: the smallest error of f32
// sums over 64 channels of random numbers, as a part of the largest result, is 1e-6 for tiles of 4 x 4 (4e-6 with the
// usual 1 and 2), and 5e-6 for 6 x 6.
template <int kTile>
struct TilePoints;
template <>
struct TilePoints<2> {
  static constexpr float kPoints[] = {1};
};
template <>
struct TilePoints<4> {
  static constexpr float kPoints[] = {0.75f, 1.5f};
};
template <>
struct TilePoints<6> {
  static constexpr float kPoints[] = {0.5f, 1, 2};
};

// How source and result of a convolution lie in memory.
enum class Order {
  kBlocked,       // [N][C / lanes][pixel][lane]
  kChannelsLast,  // [N][pixel][C]
};

// One block of `lanes` channels of an image.
struct Block {
  int64_t pixel_stride;  // elements between pixels; kBlocked: not looked at, as it is `lanes`
  int64_t channels;      // kChannelsLast: how many there are, which may be more than one block; kBlocked: not looked at
};

// Where the tiles of an image lie. Tiles are numbered along rows of an image, then over rows, then over images.
struct Tiling {
  int64_t height, width;  // of the image the tiles are cut from (input) or written to (output)
  int64_t tiles_y, tiles_x;
  int64_t image_stride;  // elements between images of the batch
};

// V[e][tile][lane]: the transformed tiles of one block of channels.
struct InputArguments {
  const void* plane;  // the block of channels in the first image
  Block block;
  Tiling tiling;
  int64_t pad_top, pad_left;
  int64_t first, count;  // tiles
  float* v;
  int64_t e_stride;  // floats
};

// What happens to a result before it is written.
struct Finish {
  enum class Kind { kNone, kRelu, kPRelu, kClip } kind = Kind::kNone;
  float low = 0, high = 0;  // kRelu: x > 0 ? x : low * x; kClip: min(max(x, low), high)
};

// finish(x + bias + sum)
struct Epilogue {
  const float* bias;  // per output channel
  const void* sum;    // null, or lies as M does
  Finish finish;
  const float* slopes;   // kPRelu: one slope per output channel; else null
  int64_t channels = 0;  // Order::kChannelsLast: of the result, from the first vector on
};

// Multiplication takes tiles in rounds of nearly the same size, of Loops::max_rows at the most (or more with one vector
// of output channels, unless rounds lie apart): a short last one would wait for its own sums.
struct Rounds {
  Rounds(int64_t all_tiles, int64_t max_rows) : tiles(all_tiles), count((all_tiles + max_rows - 1) / max_rows) {}
  int64_t Begin(int64_t round) const { return tiles * round / count; }
  int64_t tiles, count;
};

// M[kv][tile][lane] = sum over channels c of V[c / lanes][tile][c % lanes] * U[c][kv][lane].
struct MultiplyArguments {
  const float* v;
  int64_t
      v_block_stride;  // floats between blocks of channels; 0: rounds lie apart, V[round][c / lanes][tile][c % lanes]
  int64_t blocks;      // of input channels
  const float* u;
  int64_t tiles;
  void* m;                   // elements of the result; floats without an epilogue
  int64_t m_row_stride;      // elements between tiles
  int64_t m_vector_stride;   // elements between the vectors of output channels
  const float* next_u;       // weights of the next call, as many; fetched into the cache meanwhile
  const Epilogue* epilogue;  // null: M is the sum itself
};

struct OutputArguments {
  const float* m;  // M[e][tile][lane] of one block of channels
  int64_t e_stride;
  Tiling tiling;
  int64_t first, count;
  const float* bias;  // `lanes` floats
  const void* sum;    // null, or added: lies as the result does
  void* plane;        // the block of channels in the first image
  Block block;
  Finish finish;
  const float* slopes;  // kPRelu: `lanes` floats, one slope per channel; else null
};

// V[pixel][lane]: what a filter's element sees of one block of channels; zeros beside the image.
struct PackArguments {
  const void* plane;  // the block of channels
  Block block;
  int64_t height, width;  // of the image
  int64_t out_width;      // pixels are numbered along rows of the result
  int64_t stride_y, stride_x;
  int64_t offset_y, offset_x;  // where the element sits for the first pixel
  int64_t first, count;        // pixels
  float* v;
};

// V[pixel][lane] = finish(bias + sum over the filter of weights * source): a depthwise convolution of one block of
// channels.
struct DepthwiseArguments {
  const float* plane;
  int64_t height, width;  // of the source
  int64_t out_width;      // pixels are numbered along rows of the result
  int64_t kernel_y, kernel_x, stride_y, stride_x, pad_top, pad_left;
  int64_t first, count;  // pixels
  const float* weights;  // [kernel_y][kernel_x][lane]
  const float* bias;     // `lanes` floats, as slopes
  Finish finish;
  const float* slopes;  // kPRelu, else null
  float* v;
};

// V[pixel][lane] = finish(scale * source + shift) of one block of channels.
struct AffineArguments {
  const float* source;
  int64_t count;  // pixels
  const float *scale, *shift;
  Finish finish;
  const float* slopes;
  float* v;
};

// Rows of the result of a pooling, of one block of channels. No window lies beside the source as a whole.
struct PoolArguments {
  const float* plane;
  int64_t height, width;  // of the source
  int64_t out_width;
  int64_t kernel_y, kernel_x, stride_y, stride_x, pad_top, pad_left;
  bool count_pads;       // averages are over whole windows
  int64_t first, count;  // rows of the result
  float* result;         // of row `first`
};

constexpr int kTileSizes = 3;  // 2, 4, 6: rows and columns of results per tile
constexpr int kMaxVectors = 2;

struct Loops {
  int lanes;
  int max_rows;  // tiles that one round of multiplication takes
  Order order;
  ElementType source, result;  // of elements in memory: f32, or with Order::kChannelsLast bf16
  void (*transform_input[kTileSizes])(const InputArguments&);
  void (*multiply[kMaxVectors])(const MultiplyArguments&);  // with 1 or 2 vectors of output channels
  void (*transform_output[kTileSizes])(const OutputArguments&);
  void (*pack)(const PackArguments&);
  // Only with Order::kBlocked, else null.
  void (*depthwise)(const DepthwiseArguments&);
  void (*affine)(const AffineArguments&);
  void (*max_pool)(const PoolArguments&);  // of what is not NaN, as the operator says
  void (*average_pool)(const PoolArguments&);
};

extern const Loops kLoopsAvx512, kLoopsAvx2;
extern const Loops kLoopsBf16, kLoopsBf16ToF32;
// Those for an instruction set and f32 in blocks; null when there are none.
const Loops* FindLoops(Isa isa = EffectiveIsa());
// For a source of bf16 with channels last, and a result of `result`, f32 or bf16, that lies likewise.
const Loops* FindBf16Loops(ElementType result, Isa isa = EffectiveIsa());

inline int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Where the blocks of a value lie: its elements from block to block and from image to image.
class Placement {
 public:
  Placement(const Loops& loops, ElementType type, int64_t channels, int64_t pixels)
      : last_(loops.order == Order::kChannelsLast),
        lanes_(loops.lanes),
        channels_(channels),
        pixels_(pixels),
        bytes_(static_cast<int64_t>(ElementSize(type))) {}
  int64_t PixelStride() const { return last_ ? channels_ : lanes_; }
  int64_t BlockStride() const { return last_ ? lanes_ : pixels_ * lanes_; }
  int64_t ImageStride() const { return last_ ? pixels_ * channels_ : DivideUp(channels_, lanes_) * BlockStride(); }
  Block At(int64_t block) const { return {PixelStride(), channels_ - block * lanes_}; }
  // The address of a pixel's block.
  template <typename Byte>
  Byte* Of(Byte* value, int64_t image, int64_t block, int64_t pixel) const {
    return value + (image * ImageStride() + block * BlockStride() + pixel * PixelStride()) * bytes_;
  }

 private:
  bool last_;
  int64_t lanes_, channels_, pixels_, bytes_;
};

}  // namespace moir::runtime::blocked

// Winograd's convolution for 3 x 3 windows with stride 1: 2.25, 4 or 5.06 times fewer multiplications than the direct
// one, for tiles of 2 x 2, 4 x 4 or 6 x 6 results.
//
// An infinity or NaN in the source makes all results of its tile NaN, not only those whose window sees it; values
// beyond about a hundredth of the largest f32 may overflow where a direct convolution would not.
//
// Tiles are transformed, multiplied and transformed back while they are in the cache. Two ways, by what is larger:
//   * blocks: each thread takes blocks of tiles from start to end; the weights stream by once per block.
//   * phases: all threads transform many tiles, then each multiplies them with its part of the output channels. The
//     weights are read once, which matters when they are larger than the tiles.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime {

// Sizes of a convolution; source and result lie as the loops say.
struct WinogradShape {
  int64_t batch, in_channels, out_channels;
  int64_t height, width;          // of the source
  int64_t out_height, out_width;  // of the result
  int64_t pad_top, pad_left;
};

struct WinogradPlan {
  int tile;       // 2, 4 or 6
  bool phases;    // see above
  int64_t tiles;  // per block
  // The largest tiles are less exact and must be clearly faster: what their time counts for.
  double Handicap() const { return tile == 6 ? 1.1 : 1; }
  friend bool operator==(const WinogradPlan&, const WinogradPlan&) = default;
};

// What the ways to compute it are likely to take, in seconds; only ratios matter.
struct WinogradEstimates {
  struct Entry {
    WinogradPlan plan;
    double seconds;
  };
  std::vector<Entry> plans;
  double direct = 0;  // of a direct convolution
};

class WinogradConvolution {
 public:
  static WinogradEstimates Estimate(const WinogradShape& shape, const blocked::Loops& loops, int threads);
  // What is likely the fastest for `threads` threads; nothing when a direct convolution likely is.
  static std::optional<WinogradPlan> Choose(const WinogradShape& shape, const blocked::Loops& loops, int threads);

  // `weights`: [out_channels, in_channels, 3, 3], packed before the compilation ends (compile_jobs.h); `bias`: one
  // number per output channel, or empty; `slopes` likewise, of Finish::Kind::kPRelu.
  WinogradConvolution(const WinogradShape& shape, const WinogradPlan& plan, const blocked::Loops& loops, int threads,
                      const float* weights, std::span<const float> bias = {}, const blocked::Finish& finish = {},
                      std::span<const float> slopes = {});

  const WinogradPlan& Plan() const { return plan_; }
  int64_t Lanes() const { return loops_->lanes; }
  size_t ScratchpadBytes() const;  // for the number of threads given above
  size_t WeightBytes() const;
  // dst = finish(conv(src) + bias + sum); `sum` may be null or dst, and is of its type. `scratchpad` is aligned to 64
  // bytes.
  void Run(const void* src, const void* sum, void* dst, float* scratchpad) const;

 private:
  struct Scratch;
  void PackWeights(const float* weights);
  void TransformWeights(const float* weights, int64_t panel, float* packed) const;
  void TransformInput(const void* src, int64_t first, int64_t count, int64_t begin_block, int64_t end_block,
                      int64_t v_tiles, int64_t v_offset, float* v) const;
  void TransformOutput(const float* m, int64_t vector, int64_t first, int64_t count, const void* sum, void* dst) const;
  void RunBlocks(const void* src, const void* sum, void* dst, float* scratchpad, int thread, int threads) const;
  void RunPhases(const void* src, const void* sum, void* dst, float* scratchpad, int thread, int threads) const;
  int64_t PanelVectors(int64_t panel) const;

  WinogradShape shape_;
  WinogradPlan plan_;
  int threads_;
  blocked::Finish finish_;
  const blocked::Loops* loops_;
  int64_t points_;                            // of a transformed tile
  int64_t in_blocks_, out_vectors_, panels_;  // a panel: up to kMaxVectors vectors of output channels
  int64_t tiles_y_, tiles_x_, tiles_;         // of the whole batch
  std::shared_ptr<const float> weights_;      // U[panel][point][in channel][vector][lane]
  std::shared_ptr<const float> bias_, slopes_;
  size_t weight_floats_;
};

}  // namespace moir::runtime

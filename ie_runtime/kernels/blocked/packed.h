// Convolutions as products of matrices: the pixels that each element of the filter sees are packed, a few rows of the
// register-blocked product at a time, and multiplied with weights that lie in the order of reading. The weights of the
// next product are fetched while the present one runs: late layers, with many weights for few pixels, wait for memory
// otherwise. A filter of one pixel reads the source as it is, or what a prologue makes of it: then a layer between two
// convolutions costs no pass over memory of its own.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime {

// Sizes of a convolution; source and result lie as the loops say.
struct PackedShape {
  int64_t batch, in_channels, out_channels;
  int64_t height, width;          // of the source
  int64_t out_height, out_width;  // of the result
  int64_t kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;
};

// What happens to the source before a convolution with a filter of one pixel sees it.
struct PackedPrologue {
  enum class Kind {
    kNone,
    kAffine,     // finish(scale * x + shift), per channel
    kDepthwise,  // finish(depthwise convolution of x + shift)
  };
  Kind kind = Kind::kNone;
  std::vector<float> scale, shift;  // one number per channel; kDepthwise: shift, or empty
  blocked::Finish finish;
  std::vector<float> slopes;  // Finish::Kind::kPRelu: one per channel
  // Of the depthwise convolution, whose result has the size that PackedShape gives for its source.
  int64_t height = 0, width = 0;
  int64_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, pad_top = 0, pad_left = 0;
  std::vector<float> weights;  // [channel][kernel_y][kernel_x]
};

class PackedConvolution {
 public:
  // `weights`: [out_channels, in_channels, kernel_y, kernel_x], packed before the compilation ends (compile_jobs.h);
  // `bias` and, for Finish::Kind::kPRelu, `slopes`: one
  // number per output channel, or empty.
  PackedConvolution(const PackedShape& shape, const blocked::Loops& loops, int threads, const float* weights,
                    std::span<const float> bias = {}, const blocked::Finish& finish = {},
                    std::span<const float> slopes = {}, const PackedPrologue& prologue = {});

  // Whether it is worth a thought: fewer channels would be padding in the main.
  static bool Serves(const PackedShape& shape, const blocked::Loops& loops);
  // Whether it is likely faster than oneDNN's kernel. `chained`: behind that one, a function of the result would need a
  // pass of its own.
  static bool Pays(const PackedShape& shape, const blocked::Loops& loops, int threads, bool chained = false);
  // Whether it is likely faster with a prologue than behind a layer that does the same: all threads must read all
  // weights then, which has to be little in comparison with the work.
  static bool PaysWithPrologue(const PackedShape& shape, const blocked::Loops& loops, int threads);

  int64_t Lanes() const { return loops_->lanes; }
  size_t ScratchpadBytes() const;  // for the number of threads given above
  size_t WeightBytes() const;
  // dst = finish(conv(src) + bias + sum); `sum` may be null or dst, and is of its type. `scratchpad` is aligned to 64
  // bytes.
  void Run(const void* src, const void* sum, void* dst, float* scratchpad) const;

 private:
  void PackWeights(const float* weights);
  void ReorderWeights(const float* weights, int64_t panel, float* packed) const;
  void RunPart(const void* src, const void* sum, void* dst, float* scratchpad, int thread, int threads) const;
  void Pack(const std::byte* src, int64_t image, int64_t first, int64_t count, float* v) const;
  void RunPrologue(const float* image, int64_t first, int64_t count, float* v) const;
  int64_t SourcePixels() const;

  PackedShape shape_;
  int threads_;
  blocked::Finish finish_;
  const blocked::Loops* loops_;
  int64_t in_blocks_, out_vectors_, panels_;  // a panel: up to kMaxVectors vectors of output channels
  int64_t block_;                             // pixels packed at a time
  bool direct_;                               // the source is multiplied as it is
  bool split_channels_;                       // threads share the pixels, each with its part of the output channels
  size_t weight_floats_;
  std::shared_ptr<const float> weights_;  // U[panel][kernel element][in channel][vector][lane]
  std::shared_ptr<const float> bias_, slopes_;
  PackedPrologue prologue_;  // its numbers are in the following, blocked
  std::shared_ptr<const float> prologue_weights_, prologue_shift_, prologue_slopes_;
};

}  // namespace moir::runtime

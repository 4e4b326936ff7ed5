// Convolutions as products of matrices: the pixels that each element of the filter sees are packed, a few rows of the
// register-blocked product at a time, and multiplied with weights that lie in the order of reading. The weights of the
// next product are fetched while the present one runs: late layers, with many weights for few pixels, wait for memory
// otherwise. A filter of one pixel reads the source as it is.
#pragma once

#include <memory>
#include <span>

#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime {

// Sizes of a convolution; source and result are blocked by Loops::lanes channels.
struct PackedShape {
  int64_t batch, in_channels, out_channels;
  int64_t height, width;          // of the source
  int64_t out_height, out_width;  // of the result
  int64_t kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;
};

class PackedConvolution {
 public:
  // `weights`: [out_channels, in_channels, kernel_y, kernel_x]; `bias` and, for Finish::Kind::kPRelu, `slopes`: one
  // number per output channel, or empty.
  PackedConvolution(const PackedShape& shape, const blocked::Loops& loops, int threads, const float* weights,
                    std::span<const float> bias = {}, const blocked::Finish& finish = {},
                    std::span<const float> slopes = {});

  // Whether it is likely faster than oneDNN's kernel.
  static bool Pays(const PackedShape& shape, const blocked::Loops& loops, int threads);

  int64_t Lanes() const { return loops_->lanes; }
  size_t ScratchpadBytes() const;  // for the number of threads given above
  size_t WeightBytes() const;
  // dst = finish(conv(src) + bias + sum); `sum` may be null or dst. `scratchpad` is aligned to 64 bytes.
  void Run(const float* src, const float* sum, float* dst, float* scratchpad) const;

 private:
  void PackWeights(const float* weights);
  void ReorderWeights(const float* weights, float* packed) const;
  void RunPart(const float* src, const float* sum, float* dst, float* scratchpad, int thread, int threads) const;
  void Pack(const float* image, int64_t first, int64_t count, float* v) const;

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
};

}  // namespace moir::runtime

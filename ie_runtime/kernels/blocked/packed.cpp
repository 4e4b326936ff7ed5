#include "ie_runtime/kernels/blocked/packed.h"

#include <omp.h>

#include <algorithm>

#include "ie_runtime/common.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/kernels/blocked/padded.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using blocked::DivideUp;
using blocked::kMaxVectors;
using blocked::Loops;
using blocked::Padded;

}  // namespace

PackedConvolution::PackedConvolution(const PackedShape& shape, const Loops& loops, int threads, const float* weights,
                                     std::span<const float> bias, const blocked::Finish& finish,
                                     std::span<const float> slopes, const PackedPrologue& prologue)
    : shape_(shape), threads_(threads), finish_(finish), loops_(&loops), prologue_(prologue) {
  const int64_t lanes = loops.lanes;
  in_blocks_ = DivideUp(shape.in_channels, lanes);
  out_vectors_ = DivideUp(shape.out_channels, lanes);
  panels_ = DivideUp(out_vectors_, kMaxVectors);
  const int64_t elements = shape.kernel_y * shape.kernel_x, pixels = shape.out_height * shape.out_width;
  const bool has_prologue = prologue.kind != PackedPrologue::Kind::kNone;
  const bool direct_shape = elements == 1 && shape.stride_y == 1 && shape.stride_x == 1 && shape.pad_top == 0 &&
                            shape.pad_left == 0 && shape.height == shape.out_height && shape.width == shape.out_width;
  direct_ = direct_shape && !has_prologue && loops.order == blocked::Order::kBlocked;
  // Packed pixels share the second-level cache with weights and results; but each block reads all weights anew.
  block_ = std::min<int64_t>(56, pixels);
  const int64_t pixel_bytes = elements * in_blocks_ * lanes * static_cast<int64_t>(sizeof(float));
  while (!direct_ && block_ > loops.max_rows && block_ * pixel_bytes > 1 << 20) block_ /= 2;
  const size_t weight_bytes = static_cast<size_t>(out_vectors_ * lanes * pixel_bytes);
  const size_t source_bytes = static_cast<size_t>(shape.height * shape.width * in_blocks_ * lanes) * sizeof(float);
  split_channels_ =
      !has_prologue && panels_ >= threads && (weight_bytes > source_bytes || pixels < threads * loops.max_rows);
  PackWeights(weights);
  bias_ = Padded(bias, out_vectors_ * lanes);
  if (finish.kind == blocked::Finish::Kind::kPRelu) slopes_ = Padded(slopes, out_vectors_ * lanes);
  if (!has_prologue) return;
  Check(direct_shape && loops.affine, "a prologue of a convolution with a larger filter, or with channels last");
  const int64_t channels = in_blocks_ * lanes;
  const bool affine = prologue.kind == PackedPrologue::Kind::kAffine;
  const int64_t taps = affine ? 1 : prologue.kernel_y * prologue.kernel_x;
  const std::vector<float>& factors = affine ? prologue.scale : prologue.weights;
  std::vector<float> blocked(static_cast<size_t>(channels * taps), 0.0f);
  for (int64_t c = 0; c < shape.in_channels; ++c) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      blocked[static_cast<size_t>(((c / lanes) * taps + tap) * lanes + c % lanes)] =
          factors[static_cast<size_t>(c * taps + tap)];
    }
  }
  prologue_weights_ = Padded(blocked, channels * taps);
  prologue_shift_ = Padded(prologue.shift, channels);
  if (prologue.finish.kind == blocked::Finish::Kind::kPRelu) prologue_slopes_ = Padded(prologue.slopes, channels);
  prologue_.scale = prologue_.shift = prologue_.slopes = prologue_.weights = {};
}

bool PackedConvolution::Serves(const PackedShape& shape, const Loops& loops) {
  return shape.in_channels >= loops.lanes;
}

bool PackedConvolution::Pays(const PackedShape& shape, const Loops& loops, int threads, bool chained) {
  const double in = static_cast<double>(blocked::RoundUp(shape.in_channels, loops.lanes));
  const double out = static_cast<double>(blocked::RoundUp(shape.out_channels, loops.lanes));
  const double weights = in * out * static_cast<double>(shape.kernel_y * shape.kernel_x);
  const double pixels = static_cast<double>(shape.batch * shape.out_height * shape.out_width);
  // Larger filters see each pixel several times: packing costs more than waiting for weights.
  if (!Serves(shape, loops) || shape.kernel_y * shape.kernel_x != 1) return false;
  const blocked::Cost cost = blocked::CostOf(loops);
  // Seconds of multiplying, and of fetching the weights, at rates that both kernels reach.
  const double work = 2 * weights * pixels / threads / cost.flops, fetch = weights * 4 * cost.far;
  return chained || (weights * 4 > 1 << 20 && fetch > 0.15 * work);
}

bool PackedConvolution::PaysWithPrologue(const PackedShape& shape, const Loops& loops, int threads) {
  const double in = static_cast<double>(blocked::RoundUp(shape.in_channels, loops.lanes));
  const double out = static_cast<double>(blocked::RoundUp(shape.out_channels, loops.lanes));
  const double pixels = static_cast<double>(shape.batch * shape.out_height * shape.out_width);
  const blocked::Cost cost = blocked::CostOf(loops);
  const double work = 2 * in * out * pixels / threads / cost.flops, fetch = threads * in * out * 4 * cost.far;
  return Serves(shape, loops) && fetch < 0.5 * work;
}

void PackedConvolution::PackWeights(const float* weights) {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes, elements = shape_.kernel_y * shape_.kernel_x;
  weight_floats_ = static_cast<size_t>(out_vectors_ * lanes * channels * elements);
  const auto memory = PackConstantLater(StrCat("packed lanes ", lanes),
                                        Tensor::Wrap(const_cast<float*>(weights), ElementType::kF32,
                                                     Shape{shape_.out_channels, shape_.in_channels, elements}),
                                        weight_floats_ * sizeof(float), panels_,
                                        [self = *this, weights](std::byte* bytes, int64_t panel) {
                                          self.ReorderWeights(weights, panel, reinterpret_cast<float*>(bytes));
                                        });
  weights_ = std::shared_ptr<const float>(memory, reinterpret_cast<const float*>(memory.get()));
}

// [out channel][in channel][element] -> U[panel][element][in channel][vector][lane]
void PackedConvolution::ReorderWeights(const float* weights, int64_t panel, float* packed) const {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes, elements = shape_.kernel_y * shape_.kernel_x;
  const int64_t first_out = panel * kMaxVectors * lanes;
  const int64_t width = std::min(kMaxVectors * lanes, out_vectors_ * lanes - first_out);
  float* to = packed + first_out * channels * elements;
  const int64_t real = std::min(width, shape_.out_channels - first_out);
  if (real < width || channels > shape_.in_channels) std::fill_n(to, width * channels * elements, 0.0f);
  WillRead(weights + first_out * shape_.in_channels * elements,
           static_cast<size_t>(real * shape_.in_channels * elements) * sizeof(float));
  // A few channels at a time, so that both sides stay in the cache.
  constexpr int64_t kChannels = 64;
  for (int64_t begin = 0; begin < shape_.in_channels; begin += kChannels) {
    const int64_t end = std::min(shape_.in_channels, begin + kChannels);
    for (int64_t k = 0; k < real; ++k) {
      const float* from = weights + (first_out + k) * shape_.in_channels * elements;
      for (int64_t c = begin; c < end; ++c) {
        for (int64_t e = 0; e < elements; ++e) to[(e * channels + c) * width + k] = from[c * elements + e];
      }
    }
  }
}

size_t PackedConvolution::WeightBytes() const {
  return (weight_floats_ + static_cast<size_t>(out_vectors_ * loops_->lanes)) * sizeof(float);
}

size_t PackedConvolution::ScratchpadBytes() const {
  if (direct_) return 0;
  const int64_t floats = shape_.kernel_y * shape_.kernel_x * in_blocks_ * block_ * loops_->lanes;
  return static_cast<size_t>(threads_ * floats) * sizeof(float);
}

void PackedConvolution::Pack(const std::byte* src, int64_t image, int64_t first, int64_t count, float* v) const {
  const blocked::Placement source(*loops_, loops_->source, shape_.in_channels, shape_.height * shape_.width);
  blocked::PackArguments a{};
  a.height = shape_.height;
  a.width = shape_.width;
  a.out_width = shape_.out_width;
  a.stride_y = shape_.stride_y;
  a.stride_x = shape_.stride_x;
  a.first = first;
  a.count = count;
  a.v = v;
  for (int64_t y = 0; y < shape_.kernel_y; ++y) {
    for (int64_t x = 0; x < shape_.kernel_x; ++x) {
      a.offset_y = y * shape_.dilation_y - shape_.pad_top;
      a.offset_x = x * shape_.dilation_x - shape_.pad_left;
      for (int64_t block = 0; block < in_blocks_; ++block) {
        a.plane = source.Of(src, image, block, 0);
        a.block = source.At(block);
        loops_->pack(a);
        a.v += block_ * loops_->lanes;
      }
    }
  }
}

int64_t PackedConvolution::SourcePixels() const {
  const bool depthwise = prologue_.kind == PackedPrologue::Kind::kDepthwise;
  return depthwise ? prologue_.height * prologue_.width : shape_.height * shape_.width;
}

void PackedConvolution::RunPrologue(const float* image, int64_t first, int64_t count, float* v) const {
  const int64_t lanes = loops_->lanes, plane = SourcePixels() * lanes;
  const auto at = [&](const std::shared_ptr<const float>& values, int64_t offset) {
    return values ? values.get() + offset : nullptr;
  };
  for (int64_t block = 0; block < in_blocks_; ++block) {
    float* to = v + block * block_ * lanes;
    if (prologue_.kind == PackedPrologue::Kind::kAffine) {
      loops_->affine({image + block * plane + first * lanes, count, at(prologue_weights_, block * lanes),
                      at(prologue_shift_, block * lanes), prologue_.finish, at(prologue_slopes_, block * lanes), to});
      continue;
    }
    blocked::DepthwiseArguments a{};
    a.plane = image + block * plane;
    a.height = prologue_.height;
    a.width = prologue_.width;
    a.out_width = shape_.out_width;
    a.kernel_y = prologue_.kernel_y;
    a.kernel_x = prologue_.kernel_x;
    a.stride_y = prologue_.stride_y;
    a.stride_x = prologue_.stride_x;
    a.pad_top = prologue_.pad_top;
    a.pad_left = prologue_.pad_left;
    a.first = first;
    a.count = count;
    a.weights = at(prologue_weights_, block * prologue_.kernel_y * prologue_.kernel_x * lanes);
    a.bias = at(prologue_shift_, block * lanes);
    a.finish = prologue_.finish;
    a.slopes = at(prologue_slopes_, block * lanes);
    a.v = to;
    loops_->depthwise(a);
  }
}

void PackedConvolution::RunPart(const void* src, const void* sum, void* dst, float* scratchpad, int thread,
                                int threads) const {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes, elements = shape_.kernel_y * shape_.kernel_x;
  const int64_t pixels = shape_.out_height * shape_.out_width;
  float* v = scratchpad + thread * elements * in_blocks_ * block_ * lanes;
  int64_t begin_panel = 0, end_panel = panels_, begin = 0, end = shape_.batch * pixels;
  if (split_channels_) {
    begin_panel = panels_ * thread / threads;
    end_panel = panels_ * (thread + 1) / threads;
  } else {
    begin = shape_.batch * pixels * thread / threads;
    end = shape_.batch * pixels * (thread + 1) / threads;
  }
  if (begin_panel == end_panel) return;
  const auto weights = [&](int64_t panel) {
    return weights_.get() + panel * kMaxVectors * lanes * channels * elements;
  };
  const blocked::Placement source(*loops_, loops_->source, shape_.in_channels, SourcePixels());
  const blocked::Placement result(*loops_, loops_->result, shape_.out_channels, pixels);
  while (begin < end) {
    // Blocks of nearly the same size, each within one image.
    const int64_t image = begin / pixels, in_image = std::min(end, (image + 1) * pixels) - begin;
    int64_t count = DivideUp(in_image, DivideUp(in_image, block_));
    // A prologue takes longer for parts of rows.
    const int64_t whole_rows = DivideUp(count, shape_.out_width) * shape_.out_width;
    if (prologue_.kind == PackedPrologue::Kind::kDepthwise && whole_rows <= std::min(block_, in_image))
      count = whole_rows;
    const int64_t first = begin - image * pixels;
    // Floats where they are read as such.
    const std::byte* of_image = source.Of(static_cast<const std::byte*>(src), image, 0, 0);
    const auto* floats = reinterpret_cast<const float*>(of_image);
    if (prologue_.kind != PackedPrologue::Kind::kNone) RunPrologue(floats, first, count, v);
    else if (!direct_) Pack(static_cast<const std::byte*>(src), image, first, count, v);
    blocked::MultiplyArguments a{};
    a.v = direct_ ? floats + first * lanes : v;
    a.v_block_stride = (direct_ ? pixels : block_) * lanes;
    a.blocks = in_blocks_ * elements;
    a.tiles = count;
    a.m_row_stride = result.PixelStride();
    a.m_vector_stride = result.BlockStride();
    blocked::Epilogue epilogue{nullptr, nullptr, finish_, nullptr};
    a.epilogue = &epilogue;
    for (int64_t panel = begin_panel; panel < end_panel; ++panel) {
      const int64_t vector = panel * kMaxVectors, vectors = std::min<int64_t>(kMaxVectors, out_vectors_ - vector);
      a.u = weights(panel);
      a.next_u = weights(panel + 1 < end_panel ? panel + 1 : begin_panel);
      a.m = result.Of(static_cast<std::byte*>(dst), image, vector, first);
      epilogue.channels = result.At(vector).channels;
      epilogue.bias = bias_.get() + vector * lanes;
      epilogue.sum = sum ? result.Of(static_cast<const std::byte*>(sum), image, vector, first) : nullptr;
      epilogue.slopes = slopes_ ? slopes_.get() + vector * lanes : nullptr;
      loops_->multiply[vectors - 1](a);
    }
    begin += count;
  }
}

void PackedConvolution::Run(const void* src, const void* sum, void* dst, float* scratchpad) const {
  const int available = InParallel() ? 1 : std::min(threads_, ParallelThreads());
  if (available == 1) return RunPart(src, sum, dst, scratchpad, 0, 1);
#pragma omp parallel num_threads(available)
  RunPart(src, sum, dst, scratchpad, omp_get_thread_num(), omp_get_num_threads());
}

}  // namespace moir::runtime

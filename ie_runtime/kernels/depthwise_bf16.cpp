// Depthwise convolutions of 3 x 3 in bf16, channels last, with AVX-512's products of pairs.
//
// 32 channels are computed at a time; where there are 16, 8 or 4, those of 2, 4 or 8 pixels that lie side by side. With
// a stride of 2 every other pixel is picked out of twice as many. Elements of the window go in pairs (0 1, 2 3, 4 5, 6
// 7, 8 and zero): what two of them see is interleaved by channels, and one instruction multiplies both with their
// weights and adds them up in f32. Interleaving takes the low four and the high four of each eight channels apart, and
// so do weights, biases and slopes:
//
//   low    lane 4 q + i is channel 8 q + i          high    lane 4 q + i is channel 8 q + 4 + i
#include <algorithm>
#include <cstring>

#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/kernels/window.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace moir::runtime {
namespace {

using blocked::Finish;

constexpr int64_t kChannels = 32, kHalf = 16, kPairs = 5, kTaps = 9;
// Of a block: weights[pair][half][lane][2].
constexpr int64_t kWeights = kPairs * 2 * kHalf * 2;

struct DepthwiseShape {
  int64_t batch, channels, height, width, out_height, out_width;
  int64_t stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;
};

// Number, of a block, that a lane of a half has.
int64_t NumberOf(int64_t half, int64_t lane) { return lane / 4 * 8 + half * 4 + lane % 4; }

// Pixels of a block: more than one where there are few channels.
int64_t PixelsAtATime(const DepthwiseShape& s) {
  if (s.channels >= kChannels || kChannels % s.channels != 0 || s.channels < 4 || s.stride_x > 2) return 1;
  return kChannels / s.channels;
}

// Some lines of the result, over all images.
struct Lines {
  DepthwiseShape shape;
  const BF16 *src, *weights, *zeros;  // zeros: a line of the source that lies beside the image
  const float *bias, *slopes;
  Finish finish;
  std::byte* dst;
  int64_t first, last;
  int64_t begin, end;  // pixels of a line that see nothing beside the image on the left and on the right
  int64_t at_a_time;
};

// GCC takes its own undefined registers inside these functions for an oversight (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16")

struct Block {
  __m512bh weights[kPairs][2];
  __m512 bias[2], slopes[2];
  __mmask32 mask;
};

__m512bh AsPairs(__m512i bits) { return reinterpret_cast<__m512bh>(bits); }

template <Finish::Kind kKind>
__m512 Finished(__m512 x, const Finish& finish, __m512 slopes) {
  if constexpr (kKind == Finish::Kind::kRelu || kKind == Finish::Kind::kPRelu) {
    return _mm512_mask_mul_ps(x, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NGT_UQ), x, slopes);
  }
  // A NaN goes through, the second operand being given back.
  if constexpr (kKind == Finish::Kind::kClip)
    return _mm512_min_ps(_mm512_set1_ps(finish.high), _mm512_max_ps(_mm512_set1_ps(finish.low), x));
  return x;
}

// One block of a pixel's channels, as they lie.
struct LoadOne {
  __mmask32 mask;
  [[gnu::always_inline]] __m512i operator()(const BF16* from) const { return _mm512_maskz_loadu_epi16(mask, from); }
};

// Pixels at even places, those of 4, 8 or 16 channels: a number of words of 64 bits each.
struct LoadEven {
  explicit LoadEven(int64_t channels) : rest(static_cast<__mmask32>((uint64_t{1} << (kChannels - channels)) - 1)) {
    const int64_t words = channels / 4;
    int64_t places[8];
    for (int64_t i = 0; i < 8; ++i) places[i] = i / words * 2 * words + i % words;
    order = _mm512_loadu_si512(places);
  }
  [[gnu::always_inline]] __m512i operator()(const BF16* from) const {
    return _mm512_permutex2var_epi64(_mm512_loadu_si512(from), order, _mm512_maskz_loadu_epi16(rest, from + kChannels));
  }
  __m512i order;
  __mmask32 rest;  // the last pixel, which is not wanted, may lie behind the image
};

// A block of the result: three rows, three elements of each `step` apart.
template <Finish::Kind kKind, bool kBf16, typename Load>
[[gnu::always_inline]] inline void Pixel(const BF16* const (&rows)[3], int64_t offset, int64_t step, const Block& block,
                                         const Finish& finish, const Load& load_from, __mmask32 stored,
                                         std::byte* dst) {
  const auto load = [&](int64_t tap) __attribute__((always_inline)) {
    return load_from(rows[tap / 3] + offset + tap % 3 * step);
  };
  __m512 low = block.bias[0], high = block.bias[1];
  for (int64_t pair = 0; pair < kPairs; ++pair) {
    const __m512i a = load(2 * pair);
    const __m512i b = 2 * pair + 1 < kTaps ? load(2 * pair + 1) : _mm512_setzero_si512();
    low = _mm512_dpbf16_ps(low, AsPairs(_mm512_unpacklo_epi16(a, b)), block.weights[pair][0]);
    high = _mm512_dpbf16_ps(high, AsPairs(_mm512_unpackhi_epi16(a, b)), block.weights[pair][1]);
  }
  low = Finished<kKind>(low, finish, block.slopes[0]);
  high = Finished<kKind>(high, finish, block.slopes[1]);
  if constexpr (kBf16) {
    const __m512i apart = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
    const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
    _mm512_mask_storeu_epi16(dst, stored, _mm512_permutexvar_epi64(order, apart));
  } else {
    const __m512i first = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const __m512i second = _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    float* to = reinterpret_cast<float*>(dst);
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>(stored), _mm512_permutex2var_ps(low, first, high));
    _mm512_mask_storeu_ps(to + kHalf, static_cast<__mmask16>(stored >> 16), _mm512_permutex2var_ps(low, second, high));
  }
}

Block LoadBlock(const Lines& l, int64_t channel) {
  Block block;
  const BF16* weights = l.weights + channel / kChannels * kWeights;
  for (int64_t pair = 0; pair < kPairs; ++pair) {
    for (int64_t half = 0; half < 2; ++half)
      block.weights[pair][half] = AsPairs(_mm512_loadu_si512(weights + (2 * pair + half) * kHalf * 2));
  }
  for (int64_t half = 0; half < 2; ++half) {
    block.bias[half] = _mm512_loadu_ps(l.bias + channel + half * kHalf);
    block.slopes[half] = _mm512_loadu_ps(l.slopes + channel + half * kHalf);
  }
  const int64_t left = l.shape.channels - channel;
  block.mask = static_cast<__mmask32>((uint64_t{1} << (left < kChannels ? left : kChannels)) - 1);
  return block;
}

// Pixels [begin, end) of a line, which see nothing beside the image.
template <Finish::Kind kKind, bool kBf16, typename Load>
void RunInside(const Lines& l, const BF16* const (&rows)[3], int64_t channel, const Block& block, const Load& load,
               std::byte* line) {
  const DepthwiseShape& s = l.shape;
  const int64_t step = s.dilation_x * s.channels;
  constexpr int64_t kElement = kBf16 ? sizeof(BF16) : sizeof(float);
  const __mmask32 stored = l.at_a_time > 1 ? ~__mmask32{0} : block.mask;
  for (int64_t x = l.begin; x < l.end; x += l.at_a_time) {
    // The last ones begin earlier, among those that are computed already.
    const int64_t first = std::min(x, l.end - l.at_a_time);
    Pixel<kKind, kBf16>(rows, (first * s.stride_x - s.pad_left) * s.channels + channel, step, block, l.finish, load,
                        stored, line + (first * s.channels + channel) * kElement);
  }
}

template <Finish::Kind kKind, bool kBf16>
void RunLines(const Lines& l) {
  const DepthwiseShape& s = l.shape;
  constexpr int64_t kElement = kBf16 ? sizeof(BF16) : sizeof(float);
  const LoadOne every{~__mmask32{0}};
  const LoadEven even(l.at_a_time > 1 ? s.channels : kHalf);
  for (int64_t line = l.first; line < l.last; ++line) {
    const int64_t n = line / s.out_height, y = line % s.out_height;
    const BF16* rows[3];
    for (int64_t k = 0; k < 3; ++k) {
      const int64_t row = y * s.stride_y - s.pad_top + k * s.dilation_y;
      rows[k] = row >= 0 && row < s.height ? l.src + (n * s.height + row) * s.width * s.channels : l.zeros;
    }
    std::byte* to = l.dst + line * s.out_width * s.channels * kElement;
    for (int64_t channel = 0; channel < s.channels; channel += kChannels) {
      const Block block = LoadBlock(l, channel);
      if (l.at_a_time > 1 && s.stride_x == 2) RunInside<kKind, kBf16>(l, rows, channel, block, even, to);
      else if (l.at_a_time > 1) RunInside<kKind, kBf16>(l, rows, channel, block, every, to);
      else RunInside<kKind, kBf16>(l, rows, channel, block, LoadOne{block.mask}, to);
      for (int64_t x = 0; x < s.out_width; ++x) {
        if (x == l.begin) x = l.end;
        if (x >= s.out_width) break;
        const int64_t left = x * s.stride_x - s.pad_left;
        BF16 seen[kTaps * kChannels] = {};
        const int64_t rest = s.channels - channel, count = rest < kChannels ? rest : kChannels;
        for (int64_t tap = 0; tap < kTaps; ++tap) {
          const int64_t column = left + tap % 3 * s.dilation_x;
          if (column < 0 || column >= s.width) continue;
          std::memcpy(seen + tap * kChannels, rows[tap / 3] + column * s.channels + channel,
                      static_cast<size_t>(count) * sizeof(BF16));
        }
        const BF16* const three[3] = {seen, seen + 3 * kChannels, seen + 6 * kChannels};
        Pixel<kKind, kBf16>(three, 0, kChannels, block, l.finish, every, block.mask,
                            to + (x * s.channels + channel) * kElement);
      }
    }
  }
}

#pragma GCC pop_options

class DepthwiseConvolution {
 public:
  // `weights`: [channels, 1, 1, 3, 3], not looked at when they come packed; bias and slopes as in FusedPostOps.
  DepthwiseConvolution(const DepthwiseShape& shape, ElementType result, const Tensor& tensor,
                       const std::vector<float>& bias, const Finish& finish, const std::vector<float>& slopes)
      : shape_(shape), bf16_(result == ElementType::kBF16), at_a_time_(PixelsAtATime(shape)), finish_(finish) {
    const std::string form = StrCat("depthwise pairs ", at_a_time_);
    weights_ = PackConstant(form, WeightBytes(), [&](std::byte* memory) {
      const float* const weights = tensor.Values<float>().data();
      BF16* to = reinterpret_cast<BF16*>(memory);
      for (int64_t block = 0; block < Blocks(); ++block) {
        for (int64_t pair = 0; pair < kPairs; ++pair) {
          for (int64_t half = 0; half < 2; ++half) {
            for (int64_t lane = 0; lane < kHalf; ++lane) {
              const int64_t channel = ChannelOf(block, half, lane);
              for (int64_t tap = 2 * pair; tap < 2 * pair + 2; ++tap)
                *to++ = graph::ToBF16(channel < shape.channels && tap < kTaps ? weights[channel * kTaps + tap] : 0.0f);
            }
          }
        }
      }
    });
    bias_ = Ordered(bias, 0);
    slopes_ = Ordered(slopes, finish.kind == Finish::Kind::kRelu ? finish.low : 0);
    zeros_.resize(static_cast<size_t>(shape.width * shape.channels));
  }
  size_t WeightBytes() const { return static_cast<size_t>(Blocks() * kWeights) * sizeof(BF16); }

  void Run(const BF16* src, std::byte* dst) const {
    const DepthwiseShape& s = shape_;
    const int64_t room = s.width - 1 - 2 * s.dilation_x + s.pad_left;
    const int64_t begin = std::min(s.out_width, blocked::DivideUp(s.pad_left, s.stride_x));
    const int64_t inside = room < 0 ? begin : std::clamp(room / s.stride_x + 1, begin, s.out_width);
    const int64_t end = inside - begin < at_a_time_ ? begin : inside;
    ParallelFor(s.batch * s.out_height, std::max<int64_t>(1, 16384 / (s.out_width * s.channels)),
                [&](int64_t first, int64_t last) {
                  const Lines lines{s,
                                    src,
                                    reinterpret_cast<const BF16*>(weights_.get()),
                                    zeros_.data(),
                                    bias_.data(),
                                    slopes_.data(),
                                    finish_,
                                    dst,
                                    first,
                                    last,
                                    begin,
                                    end,
                                    at_a_time_};
                  if (bf16_) RunKind<true>(lines);
                  else RunKind<false>(lines);
                });
  }

 private:
  int64_t Blocks() const { return blocked::DivideUp(shape_.channels, kChannels); }
  int64_t ChannelOf(int64_t block, int64_t half, int64_t lane) const {
    const int64_t number = block * kChannels + NumberOf(half, lane);
    return at_a_time_ > 1 ? number % shape_.channels : number;
  }

  // In the order of lanes.
  std::vector<float> Ordered(const std::vector<float>& values, float missing) const {
    std::vector<float> result;
    for (int64_t block = 0; block < Blocks(); ++block) {
      for (int64_t half = 0; half < 2; ++half) {
        for (int64_t lane = 0; lane < kHalf; ++lane) {
          const auto channel = static_cast<size_t>(ChannelOf(block, half, lane));
          result.push_back(channel < values.size() ? values[channel] : missing);
        }
      }
    }
    return result;
  }

  template <bool kBf16>
  void RunKind(const Lines& lines) const {
    switch (finish_.kind) {
      case Finish::Kind::kNone: return RunLines<Finish::Kind::kNone, kBf16>(lines);
      case Finish::Kind::kRelu: return RunLines<Finish::Kind::kRelu, kBf16>(lines);
      case Finish::Kind::kPRelu: return RunLines<Finish::Kind::kPRelu, kBf16>(lines);
      case Finish::Kind::kClip: return RunLines<Finish::Kind::kClip, kBf16>(lines);
    }
  }

  DepthwiseShape shape_;
  bool bf16_;
  int64_t at_a_time_;
  Finish finish_;
  std::shared_ptr<const std::byte> weights_;
  std::vector<float> bias_, slopes_;
  std::vector<BF16> zeros_;
};

}  // namespace

std::optional<KernelChoice> MakeDepthwiseBf16(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape &data = context.InputShape(), &out = context.OutputShape(), &weights = context.InputShape(1);
  if (!HasBf16(EffectiveIsa()) || layer.op != "GroupConvolution" || data.Rank() != 4 || weights[0] != data[1] ||
      weights[1] != 1 || weights[2] != 1 || weights[3] != 3 || weights[4] != 3)
    return std::nullopt;
  const WindowAttributes w = ReadWindow(context, {3, 3});
  const FusedPostOps fused = FusePostOps(context);
  if (fused.sum != 0) return std::nullopt;
  const DepthwiseShape shape{data[0],        data[1],        data[2],         data[3],
                             out[2],         out[3],         w.strides[0],    w.strides[1],
                             w.dilations[0], w.dilations[1], w.pads_begin[0], w.pads_begin[1]};
  const ElementType result = context.OutputStorage();
  const Layout dst = Layout::ChannelsLast(result, out);
  const std::vector<size_t> sums = SumInputs(layer);
  std::optional<Chain> chain;
  if (fused.count < layer.post_ops.size()) {
    chain.emplace(*dst.Channels());
    chain->AddPostOps(context, fused.count);
  }
  // What is left may want summands, which this kernel does not hand on.
  if (!sums.empty()) return std::nullopt;
  KernelChoice choice;
  choice.inputs.resize(layer.inputs.size());
  choice.inputs[0] = Layout::ChannelsLast(ElementType::kBF16, data);
  choice.outputs = {dst};
  DepthwiseConvolution convolution(shape, result, context.Input(1).constant, fused.bias, fused.finish, fused.slopes);
  choice.kernel =
      MakeKernel(chain ? "depthwise_bf16+vector" : "depthwise_bf16",
                 [convolution = std::move(convolution), chain = std::move(chain), result](const Binding& memory) {
                   convolution.Run(reinterpret_cast<const BF16*>(memory.inputs[0]), memory.outputs[0]);
                   if (chain) chain->Run(result, memory.outputs[0], memory.outputs[0]);
                 });
  return choice;
}

}  // namespace moir::runtime

#else
namespace moir::runtime {
std::optional<KernelChoice> MakeDepthwiseBf16(const KernelContext&) { return std::nullopt; }
}  // namespace moir::runtime
#endif

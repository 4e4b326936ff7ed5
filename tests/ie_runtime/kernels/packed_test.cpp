// The convolution that packs pixels, for filters of every kind, against sums in double precision.
#include "ie_runtime/kernels/blocked/packed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"
#include "tests/ie_runtime/kernels/placed_values.h"
#include "tests/ie_runtime/kernels/random_floats.h"

namespace moir::runtime {
namespace {

using blocked::Finish;

void ExpectRight(const blocked::Loops& loops, const PackedShape& s, int threads, bool with_sum, const Finish& finish) {
  const InferenceScope scope(threads);
  const int64_t elements = s.kernel_y * s.kernel_x;
  const int64_t pixels = s.height * s.width, out_pixels = s.out_height * s.out_width;
  const std::vector<float> data = OfType(loops.source, RandomFloats(s.batch * s.in_channels * pixels, 1));
  const std::vector<float> weights = RandomFloats(s.out_channels * s.in_channels * elements, 2);
  const std::vector<float> bias = RandomFloats(s.out_channels, 3), slopes = RandomFloats(s.out_channels, 4);
  const std::vector<float> sum = OfType(loops.result, RandomFloats(s.batch * s.out_channels * out_pixels, 5));
  const PackedConvolution convolution(s, loops, threads, weights.data(), bias, finish, slopes);
  const Placed src(loops, loops.source, data, s.batch, s.in_channels, pixels);
  // The sum is overwritten by the result, as in the engine.
  const Placed dst(loops, loops.result, sum, s.batch, s.out_channels, out_pixels);
  const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
  convolution.Run(src.Data(), with_sum ? dst.Data() : nullptr, dst.Data(), reinterpret_cast<float*>(scratchpad.get()));
  const double terms = static_cast<double>(s.in_channels * elements);
  for (int64_t n = 0, i = 0; n < s.batch; ++n) {
    for (int64_t k = 0; k < s.out_channels; ++k) {
      for (int64_t pixel = 0; pixel < out_pixels; ++pixel, ++i) {
        double value = bias[static_cast<size_t>(k)];
        for (int64_t e = 0; e < elements; ++e) {
          const int64_t y = pixel / s.out_width * s.stride_y + e / s.kernel_x * s.dilation_y - s.pad_top;
          const int64_t x = pixel % s.out_width * s.stride_x + e % s.kernel_x * s.dilation_x - s.pad_left;
          if (y < 0 || y >= s.height || x < 0 || x >= s.width) continue;
          for (int64_t c = 0; c < s.in_channels; ++c) {
            value +=
                static_cast<double>(data[static_cast<size_t>((n * s.in_channels + c) * pixels + y * s.width + x)]) *
                weights[static_cast<size_t>((k * s.in_channels + c) * elements + e)];
          }
        }
        if (with_sum) value += sum[static_cast<size_t>(i)];
        const double slope = finish.kind == Finish::Kind::kPRelu ? slopes[static_cast<size_t>(k)] : finish.low;
        if (finish.kind == Finish::Kind::kClip)
          value = std::min<double>(std::max<double>(value, finish.low), finish.high);
        else if (finish.kind != Finish::Kind::kNone && !(value > 0)) value *= slope;
        ASSERT_NEAR(dst.At(n, k, pixel), value, 2e-6 * std::sqrt(terms) + 1e-6 + Rounding(loops.result, value))
            << s.in_channels << " -> " << s.out_channels << " channels, channel " << k << ", pixel " << pixel << ", "
            << s.kernel_y << " x " << s.kernel_x << ", " << threads << " threads";
      }
    }
  }
  dst.ExpectWithinBounds();
}

class Packed : public testing::TestWithParam<LoopsCase> {
 protected:
  void SetUp() override {
    if (GetParam().isa > EffectiveIsa()) GTEST_SKIP() << "this CPU lacks the instruction set";
  }
  static const blocked::Loops& Loops() { return GetParam().Get(); }
};
// Prologues are for values in blocks.
class PackedPrologues : public Packed {};

TEST_P(Packed, Shapes) {
  const PackedShape shapes[] = {
      {1, 16, 32, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 0, 0},    {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0},
      {2, 35, 50, 5, 7, 5, 7, 1, 1, 1, 1, 1, 1, 0, 0},    {3, 20, 90, 7, 9, 4, 5, 1, 1, 2, 2, 1, 1, 0, 0},
      {1, 40, 70, 9, 9, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1},    {2, 17, 33, 12, 11, 6, 5, 3, 5, 2, 2, 1, 1, 1, 1},
      {1, 24, 24, 10, 10, 8, 6, 3, 3, 1, 1, 2, 3, 1, 1},  {1, 130, 200, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 0, 0},
      {1, 8, 16, 20, 21, 20, 21, 1, 7, 1, 1, 1, 1, 0, 3}, {2, 16, 48, 6, 6, 8, 8, 1, 1, 1, 1, 1, 1, 1, 1},
  };
  for (const PackedShape& shape : shapes) {
    for (const int threads : {1, 2, 3}) {
      for (const bool with_sum : {false, true}) ExpectRight(Loops(), shape, threads, with_sum, {});
    }
  }
}

TEST_P(Packed, Finishes) {
  const PackedShape shape{2, 19, 37, 6, 5, 6, 5, 1, 1, 1, 1, 1, 1, 0, 0};
  for (const Finish& finish : {Finish{Finish::Kind::kRelu, 0, 0}, Finish{Finish::Kind::kRelu, 0.1f, 0},
                               Finish{Finish::Kind::kClip, -0.5f, 2}, Finish{Finish::Kind::kPRelu, 0, 0}}) {
    for (const bool with_sum : {false, true}) ExpectRight(Loops(), shape, 2, with_sum, finish);
  }
}

TEST_P(Packed, ShapesDrawnAtRandom) {
  std::mt19937 engine(7);
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  };
  for (int i = 0; i < 60; ++i) {
    PackedShape s{draw(1, 2), draw(1, 90), draw(1, 90), draw(1, 12), draw(1, 12), 0,          0,         draw(1, 4),
                  draw(1, 4), draw(1, 3),  draw(1, 3),  draw(1, 2),  draw(1, 2),  draw(0, 2), draw(0, 2)};
    s.out_height = (s.height + s.pad_top + draw(0, 2) - (s.kernel_y - 1) * s.dilation_y - 1) / s.stride_y + 1;
    s.out_width = (s.width + s.pad_left + draw(0, 2) - (s.kernel_x - 1) * s.dilation_x - 1) / s.stride_x + 1;
    if (s.out_height < 1 || s.out_width < 1) continue;
    ExpectRight(Loops(), s, static_cast<int>(draw(1, 3)), draw(0, 1) == 1, {Finish::Kind::kRelu, 0, 0});
  }
}

// The prologue by its definition, in f32 as the kernel leaves it for the product.
std::vector<float> Prologue(const PackedPrologue& p, const PackedShape& s, const std::vector<float>& data) {
  std::vector<float> result;
  const bool affine = p.kind == PackedPrologue::Kind::kAffine;
  const int64_t source_pixels = affine ? s.height * s.width : p.height * p.width;
  for (int64_t n = 0; n < s.batch; ++n) {
    for (int64_t c = 0; c < s.in_channels; ++c) {
      const auto channel = static_cast<size_t>(c);
      const float* source = data.data() + (n * s.in_channels + c) * source_pixels;
      for (int64_t y = 0; y < s.height; ++y) {
        for (int64_t x = 0; x < s.width; ++x) {
          double value = p.shift.empty() ? 0 : p.shift[channel];
          if (affine) value += double{p.scale[channel]} * source[y * s.width + x];
          for (int64_t i = 0; !affine && i < p.kernel_y * p.kernel_x; ++i) {
            const int64_t row = y * p.stride_y + i / p.kernel_x - p.pad_top;
            const int64_t column = x * p.stride_x + i % p.kernel_x - p.pad_left;
            if (row < 0 || row >= p.height || column < 0 || column >= p.width) continue;
            value += double{p.weights[static_cast<size_t>(c * p.kernel_y * p.kernel_x + i)]} *
                     source[row * p.width + column];
          }
          const double slope = p.finish.kind == Finish::Kind::kPRelu ? p.slopes[channel] : p.finish.low;
          if (p.finish.kind == Finish::Kind::kClip) value = std::clamp<double>(value, p.finish.low, p.finish.high);
          else if (p.finish.kind != Finish::Kind::kNone && !(value > 0)) value *= slope;
          result.push_back(static_cast<float>(value));
        }
      }
    }
  }
  return result;
}

// With a prologue: as without one on what the prologue leaves.
void ExpectPrologueRight(const blocked::Loops& loops, const PackedShape& s, const PackedPrologue& prologue,
                         int threads) {
  const InferenceScope scope(threads);
  const int64_t pixels = s.out_height * s.out_width;
  const bool affine = prologue.kind == PackedPrologue::Kind::kAffine;
  const int64_t source_pixels = affine ? s.height * s.width : prologue.height * prologue.width;
  const std::vector<float> data = RandomFloats(s.batch * s.in_channels * source_pixels, 1);
  const std::vector<float> weights = RandomFloats(s.out_channels * s.in_channels, 2);
  const std::vector<float> bias = RandomFloats(s.out_channels, 3), slopes = RandomFloats(s.out_channels, 4);
  const std::vector<float> sum = RandomFloats(s.batch * s.out_channels * pixels, 5);
  const Finish finish{Finish::Kind::kPRelu, 0, 0};
  const PackedConvolution convolution(s, loops, threads, weights.data(), bias, finish, slopes, prologue);
  const Placed src(loops, loops.source, data, s.batch, s.in_channels, source_pixels);
  const Placed dst(loops, loops.result, sum, s.batch, s.out_channels, pixels);
  const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
  convolution.Run(src.Data(), dst.Data(), dst.Data(), reinterpret_cast<float*>(scratchpad.get()));
  const std::vector<float> between = Prologue(prologue, s, data);
  for (int64_t n = 0, i = 0; n < s.batch; ++n) {
    for (int64_t k = 0; k < s.out_channels; ++k) {
      for (int64_t pixel = 0; pixel < pixels; ++pixel, ++i) {
        double value = double{bias[static_cast<size_t>(k)]} + sum[static_cast<size_t>(i)];
        for (int64_t c = 0; c < s.in_channels; ++c) {
          value += double{between[static_cast<size_t>((n * s.in_channels + c) * pixels + pixel)]} *
                   weights[static_cast<size_t>(k * s.in_channels + c)];
        }
        if (!(value > 0)) value *= slopes[static_cast<size_t>(k)];
        // Sums of in_channels products of numbers up to about 3, rounded at each step.
        ASSERT_NEAR(dst.At(n, k, pixel), value, 6e-6 * std::sqrt(static_cast<double>(s.in_channels)) + 3e-6)
            << s.in_channels << " -> " << s.out_channels << ", channel " << k << ", pixel " << pixel << ", " << threads
            << " threads";
      }
    }
  }
}

std::vector<Finish> AllFinishes() {
  return {{},
          {Finish::Kind::kRelu, 0, 0},
          {Finish::Kind::kRelu, 0.1f, 0},
          {Finish::Kind::kClip, -0.5f, 0.75f},
          {Finish::Kind::kPRelu, 0, 0}};
}

TEST_P(PackedPrologues, Affine) {
  for (const auto& [channels, out, height, width] : std::vector<std::array<int64_t, 4>>{
           {16, 32, 4, 4}, {35, 50, 5, 7}, {130, 17, 9, 13}, {1, 1, 1, 1}, {64, 128, 3, 1}}) {
    PackedPrologue prologue{PackedPrologue::Kind::kAffine,
                            RandomFloats(channels, 6),
                            RandomFloats(channels, 7),
                            {},
                            RandomFloats(channels, 8)};
    for (const Finish& finish : AllFinishes()) {
      prologue.finish = finish;
      for (const int threads : {1, 2, 3})
        ExpectPrologueRight(Loops(), {2, channels, out, height, width, height, width, 1, 1, 1, 1, 1, 1, 0, 0}, prologue,
                            threads);
    }
  }
}

TEST_P(PackedPrologues, Depthwise) {
  struct Filter {
    int64_t channels, height, width, kernel_y, kernel_x, stride_y, stride_x, pad_top, pad_left, pad_bottom, pad_right;
  };
  const Filter filters[] = {
      {16, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1},   {35, 21, 19, 3, 3, 1, 1, 1, 1, 1, 1},  {40, 14, 30, 3, 3, 2, 2, 1, 1, 1, 1},
      {17, 13, 12, 3, 3, 2, 2, 0, 0, 1, 1}, {20, 9, 33, 5, 5, 1, 1, 2, 2, 2, 2},   {16, 11, 10, 5, 5, 2, 2, 2, 2, 2, 2},
      {24, 2, 2, 3, 3, 1, 1, 1, 1, 1, 1},   {18, 1, 25, 1, 3, 1, 2, 0, 1, 0, 1},   {33, 12, 40, 3, 1, 1, 3, 1, 0, 1, 0},
      {16, 3, 3, 7, 7, 1, 1, 3, 3, 3, 3},   {130, 10, 10, 4, 2, 3, 1, 2, 0, 1, 1},
  };
  for (const Filter& f : filters) {
    const int64_t height = (f.height + f.pad_top + f.pad_bottom - f.kernel_y) / f.stride_y + 1;
    const int64_t width = (f.width + f.pad_left + f.pad_right - f.kernel_x) / f.stride_x + 1;
    PackedPrologue prologue{
        PackedPrologue::Kind::kDepthwise, {}, RandomFloats(f.channels, 7), {}, RandomFloats(f.channels, 8)};
    prologue.height = f.height, prologue.width = f.width;
    prologue.kernel_y = f.kernel_y, prologue.kernel_x = f.kernel_x;
    prologue.stride_y = f.stride_y, prologue.stride_x = f.stride_x;
    prologue.pad_top = f.pad_top, prologue.pad_left = f.pad_left;
    prologue.weights = RandomFloats(f.channels * f.kernel_y * f.kernel_x, 9);
    for (const Finish& finish : AllFinishes()) {
      prologue.finish = finish;
      for (const int threads : {1, 2})
        ExpectPrologueRight(Loops(), {2, f.channels, 37, height, width, height, width, 1, 1, 1, 1, 1, 1, 0, 0},
                            prologue, threads);
    }
    prologue.shift = {};
    ExpectPrologueRight(Loops(), {1, f.channels, 16, height, width, height, width, 1, 1, 1, 1, 1, 1, 0, 0}, prologue,
                        2);
  }
}

std::string NameOfLoops(const testing::TestParamInfo<LoopsCase>& test) { return test.param.name; }
INSTANTIATE_TEST_SUITE_P(Loops, Packed, testing::ValuesIn(kLoopsCases), NameOfLoops);
INSTANTIATE_TEST_SUITE_P(Loops, PackedPrologues, testing::Values(kLoopsCases[0], kLoopsCases[1]), NameOfLoops);

}  // namespace
}  // namespace moir::runtime

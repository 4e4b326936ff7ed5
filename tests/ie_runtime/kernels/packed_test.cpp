// The convolution that packs pixels, for filters of every kind, against sums in double precision.
#include "ie_runtime/kernels/blocked/packed.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using blocked::Finish;

std::vector<float> Random(int64_t count, uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = uniform(engine);
  return values;
}

size_t BlockedIndex(int64_t lanes, int64_t channels, int64_t pixels, int64_t n, int64_t c, int64_t pixel) {
  const int64_t blocks = (channels + lanes - 1) / lanes;
  return static_cast<size_t>(((n * blocks + c / lanes) * pixels + pixel) * lanes + c % lanes);
}

std::shared_ptr<std::byte> ToBlocked(int64_t lanes, const std::vector<float>& plain, int64_t batch, int64_t channels,
                                     int64_t pixels) {
  auto memory =
      AllocateZeros(static_cast<size_t>(batch * ((channels + lanes - 1) / lanes) * lanes * pixels) * sizeof(float));
  for (size_t i = 0; i < plain.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    reinterpret_cast<float*>(memory.get())[BlockedIndex(lanes, channels, pixels, at / pixels / channels,
                                                        at / pixels % channels, at % pixels)] = plain[i];
  }
  return memory;
}

void ExpectRight(const blocked::Loops& loops, const PackedShape& s, int threads, bool with_sum, const Finish& finish) {
  const InferenceScope scope(threads);
  const int64_t elements = s.kernel_y * s.kernel_x, lanes = loops.lanes;
  const int64_t pixels = s.height * s.width, out_pixels = s.out_height * s.out_width;
  const std::vector<float> data = Random(s.batch * s.in_channels * pixels, 1);
  const std::vector<float> weights = Random(s.out_channels * s.in_channels * elements, 2);
  const std::vector<float> bias = Random(s.out_channels, 3), slopes = Random(s.out_channels, 4);
  const std::vector<float> sum = Random(s.batch * s.out_channels * out_pixels, 5);
  const PackedConvolution convolution(s, loops, threads, weights.data(), bias, finish, slopes);
  const auto src = ToBlocked(lanes, data, s.batch, s.in_channels, pixels);
  // The sum is overwritten by the result, as in the engine.
  const auto dst = ToBlocked(lanes, sum, s.batch, s.out_channels, out_pixels);
  const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
  float* result = reinterpret_cast<float*>(dst.get());
  convolution.Run(reinterpret_cast<const float*>(src.get()), with_sum ? result : nullptr, result,
                  reinterpret_cast<float*>(scratchpad.get()));
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
        const float got = result[BlockedIndex(lanes, s.out_channels, out_pixels, n, k, pixel)];
        ASSERT_NEAR(got, value, 2e-6 * std::sqrt(terms) + 1e-6)
            << s.in_channels << " -> " << s.out_channels << " channels, channel " << k << ", pixel " << pixel << ", "
            << s.kernel_y << " x " << s.kernel_x << ", " << threads << " threads";
      }
    }
    const int64_t padded = (s.out_channels + lanes - 1) / lanes * lanes;
    for (int64_t k = s.out_channels; k < padded; ++k)
      ASSERT_EQ(result[BlockedIndex(lanes, padded, out_pixels, n, k, out_pixels - 1)], 0.0f) << "padding " << k;
  }
}

class Packed : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > EffectiveIsa()) GTEST_SKIP() << "this CPU lacks the instruction set";
  }
  static const blocked::Loops& Loops() { return *blocked::FindLoops(GetParam()); }
};

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

INSTANTIATE_TEST_SUITE_P(Isas, Packed, testing::Values(Isa::kAvx2, Isa::kAvx512Core));

}  // namespace
}  // namespace moir::runtime

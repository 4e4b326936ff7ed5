// The convolutions and deconvolutions on AMX against sums in double precision of the same numbers of bf16.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "ie_runtime/kernels/amx/amx_convolution.h"
#include "ie_runtime/kernels/amx/amx_deconvolution.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"
#include "tests/ie_runtime/kernels/random_floats.h"

namespace moir::runtime {
namespace {

using blocked::Finish;

std::vector<float> RandomBf16(int64_t count, uint32_t seed) {
  const Tensor values = Tensor::FromValues(Shape{count}, RandomFloats(count, seed));
  return values.ConvertTo(ElementType::kBF16).ConvertTo(ElementType::kF32).ToVector<float>();
}

// [image][channel][pixel] as [image][pixel][channel] in this type.
std::shared_ptr<std::byte> ChannelsLast(ElementType type, const std::vector<float>& plain, int64_t channels,
                                        int64_t pixels) {
  std::vector<float> turned(plain.size());
  for (size_t i = 0; i < plain.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    const int64_t n = at / pixels / channels, c = at / pixels % channels, pixel = at % pixels;
    turned[static_cast<size_t>((n * pixels + pixel) * channels + c)] = plain[i];
  }
  const Tensor values = Tensor::FromValues(Shape{static_cast<int64_t>(turned.size())}, turned).ConvertTo(type);
  auto memory = AllocateZeros(turned.size() * ElementSize(type));
  std::copy_n(static_cast<const std::byte*>(values.Data()), turned.size() * ElementSize(type), memory.get());
  return memory;
}

struct Case {
  PackedShape shape;
  ElementType result = ElementType::kF32;
  bool with_sum = false;
  Finish finish = {};
  bool transposed = false;
};

// One value before the bias.
double Sum(const Case& c, const std::vector<float>& data, const std::vector<float>& weights, int64_t n, int64_t out,
           int64_t y, int64_t x) {
  const PackedShape& s = c.shape;
  double sum = 0;
  for (int64_t i = 0; i < s.kernel_y; ++i) {
    for (int64_t j = 0; j < s.kernel_x; ++j) {
      int64_t row = y * s.stride_y + i * s.dilation_y - s.pad_top,
              column = x * s.stride_x + j * s.dilation_x - s.pad_left;
      if (c.transposed) {
        row = y + s.pad_top - i * s.dilation_y;
        column = x + s.pad_left - j * s.dilation_x;
        if (row % s.stride_y != 0 || column % s.stride_x != 0) continue;
        row /= s.stride_y;
        column /= s.stride_x;
      }
      if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
      for (int64_t in = 0; in < s.in_channels; ++in) {
        const int64_t filter = c.transposed ? in * s.out_channels + out : out * s.in_channels + in;
        sum += double{data[static_cast<size_t>(((n * s.in_channels + in) * s.height + row) * s.width + column)]} *
               weights[static_cast<size_t>((filter * s.kernel_y + i) * s.kernel_x + j)];
      }
    }
  }
  return sum;
}

// `every`: how many values there are to one that is compared; a prime, so that all channels have their turn.
template <typename Convolution>
void ExpectRight(const Case& c, int threads, int64_t every = 1) {
  const InferenceScope scope(threads);
  const PackedShape& s = c.shape;
  const int64_t pixels = s.height * s.width, out_pixels = s.out_height * s.out_width;
  const std::vector<float> data = RandomBf16(s.batch * s.in_channels * pixels, 1);
  const std::vector<float> weights = RandomBf16(s.out_channels * s.in_channels * s.kernel_y * s.kernel_x, 2);
  const std::vector<float> bias = RandomFloats(s.out_channels, 3), slopes = RandomFloats(s.out_channels, 4);
  const std::vector<float> summand = RandomBf16(s.batch * s.out_channels * out_pixels, 5);
  const auto filter = c.transposed ? Shape{s.in_channels, s.out_channels, s.kernel_y, s.kernel_x}
                                   : Shape{s.out_channels, s.in_channels, s.kernel_y, s.kernel_x};
  const Convolution convolution(s, threads, c.result, Tensor::FromValues(filter, weights), bias, c.finish, slopes);
  const bool planes = !c.transposed && AmxConvolution::TakesPlanes(s);
  const auto src = planes ? ChannelsLast(ElementType::kF32, data, 1, 1)
                          : ChannelsLast(ElementType::kBF16, data, s.in_channels, pixels);
  // The sum is overwritten by the result, as in the engine.
  const auto dst = ChannelsLast(c.result, summand, s.out_channels, out_pixels);
  const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
  convolution.Run(src.get(), c.with_sum ? dst.get() : nullptr, dst.get(), scratchpad.get());
  const Tensor got = Tensor::Wrap(dst.get(), c.result, Shape{s.batch * out_pixels * s.out_channels});
  const std::vector<float> result = got.ConvertTo(ElementType::kF32).ToVector<float>();
  const double terms = static_cast<double>(s.in_channels * s.kernel_y * s.kernel_x);
  size_t i = 0;
  for (int64_t n = 0; n < s.batch; ++n) {
    for (int64_t pixel = 0; pixel < out_pixels; ++pixel) {
      for (int64_t out = 0; out < s.out_channels; ++out, ++i) {
        if (static_cast<int64_t>(i) % every != 0) continue;
        double value = Sum(c, data, weights, n, out, pixel / s.out_width, pixel % s.out_width);
        value += bias[static_cast<size_t>(out)];
        if (c.with_sum) value += summand[static_cast<size_t>((n * s.out_channels + out) * out_pixels + pixel)];
        const double slope = c.finish.kind == Finish::Kind::kPRelu ? slopes[static_cast<size_t>(out)] : c.finish.low;
        if (c.finish.kind == Finish::Kind::kClip)
          value = std::min<double>(std::max<double>(value, c.finish.low), c.finish.high);
        else if (c.finish.kind != Finish::Kind::kNone && !(value > 0)) value *= slope;
        // Products of bf16 are exact, their sums rounded at each step, and the result once more.
        const double bound =
            2e-6 * std::sqrt(terms) + 1e-6 + (c.result == ElementType::kBF16 ? std::abs(value) * 0x1p-8 : 0);
        ASSERT_NEAR(result[i], value, bound)
            << s.in_channels << " -> " << s.out_channels << " channels, channel " << out << ", pixel " << pixel
            << " of " << s.out_height << " x " << s.out_width << ", " << s.kernel_y << " x " << s.kernel_x << ", "
            << threads << " threads";
      }
    }
  }
}

class Amx : public testing::Test {
 protected:
  void SetUp() override {
    if (EffectiveIsa() < Isa::kAvx512CoreAmx) GTEST_SKIP() << "this CPU lacks AMX";
  }
};

constexpr Finish kFinishes[] = {{},
                                {Finish::Kind::kRelu, 0, 0},
                                {Finish::Kind::kRelu, 0.1f, 0},
                                {Finish::Kind::kClip, -0.5f, 2},
                                {Finish::Kind::kPRelu, 0, 0}};

// `edge`: source and result are so large, without padding.
PackedShape Square(int64_t in, int64_t out, int64_t height, int64_t width, int64_t kernel, int64_t pad,
                   int64_t dilation = 1) {
  const int64_t seen = (kernel - 1) * dilation;
  return {1, in,       out,      height, width, height + 2 * pad - seen, width + 2 * pad - seen, kernel, kernel, 1,
          1, dilation, dilation, pad,    pad};
}

TEST_F(Amx, ConvolutionsOfEveryKind) {
  const PackedShape shapes[] = {
      Square(64, 64, 20, 37, 3, 1),  // tiles that keep to lines
      Square(32, 33, 9, 7, 3, 1),    // tiles over gaps between lines
      Square(48, 21, 6, 17, 3, 0),   // channels that do not fill tiles
      Square(128, 40, 8, 16, 3, 0),  // copied for the distance of its pixels alone
      Square(64, 40, 8, 16, 3, 0),   // not copied
      Square(32, 64, 9, 11, 5, 2, 2),
      Square(256, 32, 13, 15, 1, 0),
      Square(16, 16, 1, 3, 3, 1),
      Square(3, 40, 20, 37, 3, 1),  // planes
      {2, 32, 48, 9, 11, 5, 6, 1, 1, 2, 2, 1, 1, 0, 0},
      {3, 64, 35, 5, 6, 5, 6, 1, 1, 1, 1, 1, 1, 0, 0},
      {2, 32, 35, 5, 18, 7, 17, 3, 2, 1, 1, 1, 1, 2, 0},
  };
  for (const PackedShape& shape : shapes) {
    ASSERT_TRUE(AmxConvolution::Pays(shape));
    for (const int threads : {1, 2, 3}) {
      for (const bool with_sum : {false, true})
        ExpectRight<AmxConvolution>({shape, ElementType::kF32, with_sum, kFinishes[1]}, threads);
    }
  }
  for (const Finish& finish : kFinishes) {
    for (const ElementType result : {ElementType::kF32, ElementType::kBF16}) {
      for (const bool with_sum : {false, true})
        ExpectRight<AmxConvolution>({Square(32, 50, 6, 19, 3, 1), result, with_sum, finish}, 2);
    }
  }
}

// More than caches hold: several strips of lines for each thread, and weights in chunks.
TEST_F(Amx, ConvolutionsInStripsAndChunks) {
  ExpectRight<AmxConvolution>({Square(256, 32, 30, 130, 3, 1)}, 1, 37);
  ExpectRight<AmxConvolution>({Square(256, 32, 60, 69, 3, 1), ElementType::kBF16}, 2, 37);
  ExpectRight<AmxConvolution>({Square(256, 40, 17, 18, 7, 0)}, 2, 37);
  ExpectRight<AmxConvolution>({Square(288, 33, 9, 17, 7, 3), ElementType::kF32, true, kFinishes[4]}, 1, 37);
  ExpectRight<AmxConvolution>({Square(1024, 96, 20, 25, 1, 0)}, 1, 37);
}

// Results that are written past the caches, of pixels and of planes.
TEST_F(Amx, LargeConvolutions) {
  for (const int64_t channels : {16, 3}) {
    const PackedShape shape = Square(channels, 96, 370, 361, 3, 1);
    ASSERT_TRUE(AmxConvolution::Pays(shape));
    ExpectRight<AmxConvolution>({shape, ElementType::kBF16, false, kFinishes[2]}, 2, 1009);
  }
}

TEST_F(Amx, ConvolutionsDrawnAtRandom) {
  std::mt19937 engine(7);
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  };
  int done = 0;
  for (int i = 0; i < 60; ++i) {
    PackedShape s{draw(1, 2), 2 * draw(8, 60), draw(1, 90), draw(1, 12), draw(1, 40), 0, 0, draw(1, 4), draw(1, 4), 1,
                  1,          draw(1, 2),      draw(1, 2),  draw(0, 3),  draw(0, 3)};
    s.out_height = s.height + s.pad_top + draw(0, 2) - (s.kernel_y - 1) * s.dilation_y;
    s.out_width = s.width + s.pad_left + draw(0, 2) - (s.kernel_x - 1) * s.dilation_x;
    if (s.out_height < 1 || s.out_width < 1 || !AmxConvolution::Pays(s)) continue;
    ++done;
    ExpectRight<AmxConvolution>(
        {s, draw(0, 1) ? ElementType::kF32 : ElementType::kBF16, draw(0, 1) == 1, kFinishes[draw(0, 4)]},
        static_cast<int>(draw(1, 3)));
  }
  EXPECT_GT(done, 25);
}

PackedShape Deconvolution(int64_t in, int64_t out, std::array<int64_t, 2> size, std::array<int64_t, 2> kernel,
                          std::array<int64_t, 2> strides, std::array<int64_t, 2> pads = {},
                          std::array<int64_t, 2> pads_end = {}) {
  const int64_t height = (size[0] - 1) * strides[0] + kernel[0] - pads[0] - pads_end[0];
  const int64_t width = (size[1] - 1) * strides[1] + kernel[1] - pads[1] - pads_end[1];
  return {1,         in,         out,        size[0], size[1], height,  width,  kernel[0],
          kernel[1], strides[0], strides[1], 1,       1,       pads[0], pads[1]};
}

TEST_F(Amx, DeconvolutionsOfEveryKind) {
  const PackedShape shapes[] = {
      Deconvolution(21, 21, {7, 9}, {16, 16}, {8, 8}),
      Deconvolution(21, 21, {5, 40}, {16, 16}, {8, 8}, {4, 4}, {4, 4}),
      Deconvolution(32, 48, {7, 9}, {4, 4}, {2, 2}, {1, 1}, {1, 1}),
      Deconvolution(64, 33, {4, 4}, {3, 3}, {2, 2}, {1, 1}, {0, 0}),
      Deconvolution(40, 16, {6, 17}, {5, 2}, {3, 4}, {1, 0}),  // windows that strides do not divide, or that leave gaps
      Deconvolution(70, 24, {5, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}),
      Deconvolution(9, 3, {3, 2}, {12, 12}, {6, 6}, {7, 9}, {3, 1}),
      Deconvolution(16, 20, {3, 3}, {2, 2}, {2, 2}, {0, 0}, {-1, -1}),  // padded behind
      Deconvolution(16, 16, {1, 1}, {4, 4}, {1, 1}),
  };
  for (PackedShape shape : shapes) {
    ASSERT_TRUE(AmxDeconvolution::Pays(shape));
    for (const int threads : {1, 2, 3}) {
      shape.batch = threads == 2 ? 2 : 1;
      for (const ElementType result : {ElementType::kF32, ElementType::kBF16}) {
        const Case c{shape, result, false, kFinishes[threads], true};
        ExpectRight<AmxDeconvolution>(c, threads, 7);
      }
    }
  }
  for (const Finish& finish : kFinishes)
    ExpectRight<AmxDeconvolution>({shapes[2], ElementType::kF32, false, finish, true}, 2);
}

TEST_F(Amx, DeconvolutionsInStrips) {
  ExpectRight<AmxDeconvolution>({Deconvolution(21, 21, {30, 60}, {16, 16}, {8, 8}), ElementType::kF32, false, {}, true},
                                2, 37);
  // Threads share weights, which the source is smaller than.
  ExpectRight<AmxDeconvolution>(
      {Deconvolution(512, 64, {5, 6}, {4, 4}, {2, 2}, {1, 1}, {1, 1}), ElementType::kBF16, false, {}, true}, 2, 37);
}

TEST_F(Amx, DeconvolutionsDrawnAtRandom) {
  std::mt19937 engine(9);
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  };
  int done = 0;
  for (int i = 0; i < 60; ++i) {
    const PackedShape s = Deconvolution(draw(8, 70), draw(1, 50), {draw(1, 6), draw(1, 24)}, {draw(1, 9), draw(1, 9)},
                                        {draw(1, 4), draw(1, 4)}, {draw(0, 3), draw(0, 3)}, {draw(-1, 3), draw(-1, 3)});
    if (s.out_height < 1 || s.out_width < 1 || !AmxDeconvolution::Pays(s)) continue;
    ++done;
    ExpectRight<AmxDeconvolution>(
        {s, draw(0, 1) ? ElementType::kF32 : ElementType::kBF16, false, kFinishes[draw(0, 4)], true},
        static_cast<int>(draw(1, 3)), 37);
  }
  EXPECT_GT(done, 25);
}

// What is left to oneDNN.
TEST_F(Amx, Refused) {
  EXPECT_FALSE(AmxConvolution::Pays(Square(17, 32, 9, 9, 3, 1)));                       // an odd step
  EXPECT_FALSE(AmxConvolution::Pays({1, 64, 64, 9, 9, 5, 5, 3, 3, 2, 2, 1, 1, 1, 1}));  // a stride
  EXPECT_FALSE(AmxConvolution::Pays({1, 64, 64, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0}));  // one pixel
  EXPECT_FALSE(AmxDeconvolution::Pays(Deconvolution(4, 32, {7, 7}, {4, 4}, {2, 2})));   // few channels
  EXPECT_FALSE(AmxDeconvolution::Pays(Deconvolution(64, 2, {7, 7}, {4, 4}, {2, 2})));   // few columns
  PackedShape dilated = Deconvolution(64, 64, {7, 7}, {4, 4}, {2, 2});
  dilated.dilation_x = 2;
  EXPECT_FALSE(AmxDeconvolution::Pays(dilated));
  EXPECT_TRUE(AmxDeconvolution::Pays(Deconvolution(64, 64, {7, 7}, {4, 4}, {2, 2})));
}

}  // namespace
}  // namespace moir::runtime

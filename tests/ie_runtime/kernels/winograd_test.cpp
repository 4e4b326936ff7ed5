// Every tile size, way of running, finish and way to store values against sums in double precision. The engine's tests
// of convolutions run what the engine would choose.
#include "ie_runtime/kernels/blocked/winograd.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <thread>
#include <vector>

#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"
#include "tests/ie_runtime/kernels/placed_values.h"

// GCC's OpenMP library, which is what `#pragma omp parallel` becomes: the tests are compiled without it.
extern "C" void GOMP_parallel(void (*function)(void*), void* data, unsigned threads, unsigned flags);

namespace moir::runtime {
namespace {

using blocked::Finish;

// A convolution with everything it needs, values plain: [N, C, H, W].
struct Problem {
  WinogradShape shape;
  std::vector<float> data, weights, bias, slopes, sum;
  std::vector<double> linear;  // without sum and finish

  // `source`, `result`: types whose numbers the data and the sum are.
  Problem(const WinogradShape& s, uint32_t seed, ElementType source, ElementType result) : shape(s) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> uniform(-1, 1);
    const auto fill = [&](std::vector<float>& values, int64_t count) {
      values.resize(static_cast<size_t>(count));
      for (float& value : values) value = uniform(engine);
    };
    fill(data, s.batch * s.in_channels * s.height * s.width);
    fill(weights, s.out_channels * s.in_channels * 9);
    fill(bias, s.out_channels);
    fill(slopes, s.out_channels);
    fill(sum, s.batch * s.out_channels * s.out_height * s.out_width);
    data = OfType(source, std::move(data));
    sum = OfType(result, std::move(sum));
    Convolve();
  }

  // The sums before they are finished.
  std::vector<double> Sums(bool with_sum) const {
    std::vector<double> result = linear;
    for (size_t i = 0; with_sum && i < result.size(); ++i) result[i] += sum[i];
    return result;
  }
  double Finished(double value, int64_t k, const Finish& finish) const {
    const double slope = finish.kind == Finish::Kind::kPRelu ? slopes[static_cast<size_t>(k)] : finish.low;
    switch (finish.kind) {
      case Finish::Kind::kNone: break;
      case Finish::Kind::kRelu:
      case Finish::Kind::kPRelu: return value > 0 ? value : value * slope;
      case Finish::Kind::kClip: return std::min<double>(std::max<double>(value, finish.low), finish.high);
    }
    return value;
  }

 private:
  void Convolve() {
    const WinogradShape& s = shape;
    for (int64_t n = 0; n < s.batch; ++n) {
      for (int64_t k = 0; k < s.out_channels; ++k) {
        std::vector<double> plane(static_cast<size_t>(s.out_height * s.out_width), bias[static_cast<size_t>(k)]);
        for (int64_t c = 0; c < s.in_channels; ++c) {
          const float* from = &data[static_cast<size_t>((n * s.in_channels + c) * s.height * s.width)];
          for (int64_t i = 0; i < 9; ++i) {
            const double weight = weights[static_cast<size_t>((k * s.in_channels + c) * 9 + i)];
            for (int64_t y = 0; y < s.out_height; ++y) {
              const int64_t row = y + i / 3 - s.pad_top, shift = i % 3 - s.pad_left;
              if (row < 0 || row >= s.height) continue;
              for (int64_t x = std::max<int64_t>(0, -shift); x < std::min(s.out_width, s.width - shift); ++x)
                plane[static_cast<size_t>(y * s.out_width + x)] += weight * from[row * s.width + x + shift];
            }
          }
        }
        linear.insert(linear.end(), plane.begin(), plane.end());
      }
    }
  }
};

void ExpectRight(const blocked::Loops& loops, const Problem& problem, const WinogradPlan& plan, int threads,
                 bool with_sum, const Finish& finish) {
  const WinogradShape& s = problem.shape;
  const InferenceScope scope(threads);
  const WinogradConvolution convolution(s, plan, loops, threads, problem.weights.data(), problem.bias, finish,
                                        problem.slopes);
  const int64_t out_pixels = s.out_height * s.out_width;
  const Placed src(loops, loops.source, problem.data, s.batch, s.in_channels, s.height * s.width);
  const Placed sum(loops, loops.result, problem.sum, s.batch, s.out_channels, out_pixels);
  // NaN where nothing is written.
  const Placed dst(loops, loops.result, std::vector<float>(problem.sum.size(), std::nanf("")), s.batch, s.out_channels,
                   out_pixels);
  const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
  convolution.Run(src.Data(), with_sum ? sum.Data() : nullptr, dst.Data(), reinterpret_cast<float*>(scratchpad.get()));

  const std::vector<double> expected = problem.Sums(with_sum);
  double largest = 0, difference = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (int64_t n = 0, i = 0; n < s.batch; ++n) {
    for (int64_t k = 0; k < s.out_channels; ++k) {
      for (int64_t pixel = 0; pixel < out_pixels; ++pixel, ++i) {
        const float got = dst.At(n, k, pixel);
        ASSERT_FALSE(std::isnan(got)) << "channel " << k << ", pixel " << pixel;
        // Beyond what rounding it once makes of the exact value.
        const double value = problem.Finished(expected[static_cast<size_t>(i)], k, finish);
        difference = std::max(difference, std::abs(got - value) - Rounding(loops.result, value));
      }
    }
  }
  dst.ExpectWithinBounds();
  const double tolerance = plan.tile == 2 ? 2e-6 : plan.tile == 4 ? 5e-6 : 5e-5;
  EXPECT_LE(difference, tolerance * largest)
      << "tile " << plan.tile << (plan.phases ? ", phases of " : ", blocks of ") << plan.tiles << " tiles, " << threads
      << " threads, " << s.in_channels << " -> " << s.out_channels << " channels, " << s.height << " x " << s.width;
}

const WinogradShape kShapes[] = {
    {1, 16, 16, 8, 8, 8, 8, 1, 1},     {1, 1, 1, 1, 1, 1, 1, 1, 1},     {1, 7, 40, 9, 13, 9, 13, 1, 1},
    {2, 33, 17, 6, 5, 4, 3, 0, 0},     {3, 20, 70, 13, 7, 13, 7, 1, 1}, {1, 48, 100, 15, 23, 17, 25, 2, 2},
    {1, 24, 32, 30, 31, 29, 32, 0, 2}, {1, 130, 24, 4, 4, 4, 4, 1, 1},  {2, 16, 96, 3, 40, 1, 38, 0, 0},
};

class Winograd : public testing::TestWithParam<std::tuple<int, LoopsCase>> {
 protected:
  void SetUp() override {
    if (std::get<LoopsCase>(GetParam()).isa > EffectiveIsa()) GTEST_SKIP() << "this CPU lacks the instruction set";
  }
  static int Tile() { return std::get<int>(GetParam()); }
  static const blocked::Loops& Loops() { return std::get<LoopsCase>(GetParam()).Get(); }
  static Problem Make(const WinogradShape& shape, uint32_t seed) {
    return Problem(shape, seed, Loops().source, Loops().result);
  }
};

TEST_P(Winograd, ShapesAndWays) {
  for (const WinogradShape& shape : kShapes) {
    const Problem problem = Make(shape, 1);
    for (const int64_t tiles : {1, 5, 1000}) {
      for (const bool phases : {false, true}) {
        for (const int threads : {1, 2, 3}) ExpectRight(Loops(), problem, {Tile(), phases, tiles}, threads, false, {});
      }
    }
  }
}

TEST_P(Winograd, SumsAndFinishes) {
  const Problem problem = Make({2, 19, 37, 11, 10, 11, 10, 1, 1}, 2);
  for (const Finish& finish : {Finish{}, Finish{Finish::Kind::kRelu, 0, 0}, Finish{Finish::Kind::kRelu, 0.1f, 0},
                               Finish{Finish::Kind::kClip, -0.5f, 2}, Finish{Finish::Kind::kPRelu, 0, 0}}) {
    for (const bool with_sum : {false, true}) {
      for (const bool phases : {false, true}) ExpectRight(Loops(), problem, {Tile(), phases, 9}, 2, with_sum, finish);
    }
  }
}

TEST_P(Winograd, ShapesDrawnAtRandom) {
  std::mt19937 engine(static_cast<uint32_t>(Tile()));
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  };
  for (int i = 0; i < 60; ++i) {
    WinogradShape shape{draw(1, 3), draw(1, 70), draw(1, 70), draw(1, 30), draw(1, 30), 0, 0, draw(0, 2), draw(0, 2)};
    shape.out_height = shape.height + shape.pad_top - 2 + draw(0, 2);
    shape.out_width = shape.width + shape.pad_left - 2 + draw(0, 2);
    if (shape.out_height < 1 || shape.out_width < 1) continue;
    const WinogradPlan plan{Tile(), draw(0, 1) == 1, draw(1, 60)};
    ExpectRight(Loops(), Make(shape, static_cast<uint32_t>(i)), plan, static_cast<int>(draw(1, 3)), draw(0, 1) == 1,
                {Finish::Kind::kRelu, 0, 0});
  }
}

// A NaN reaches the results of its window's tile and no other tile, and no finish hides it.
TEST_P(Winograd, NanStaysWhereItIs) {
  Problem problem = Make({1, 16, 16, 24, 24, 24, 24, 1, 1}, 3);
  problem.data[0] = std::nanf("");
  for (const Finish& finish :
       {Finish{Finish::Kind::kRelu, 0, 0}, Finish{Finish::Kind::kClip, -1, 1}, Finish{Finish::Kind::kPRelu, 0, 0}}) {
    const WinogradConvolution convolution(problem.shape, {Tile(), false, 28}, Loops(), 1, problem.weights.data(),
                                          problem.bias, finish, problem.slopes);
    const Placed src(Loops(), Loops().source, problem.data, 1, 16, 24 * 24);
    const Placed dst(Loops(), Loops().result, problem.sum, 1, 16, 24 * 24);
    const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
    convolution.Run(src.Data(), nullptr, dst.Data(), reinterpret_cast<float*>(scratchpad.get()));
    EXPECT_TRUE(std::isnan(dst.At(0, 0, 0)));
    EXPECT_FALSE(std::isnan(dst.At(0, 0, 12 * 24 + 12)));
  }
}

// An application may infer inside a parallel region of its own: the convolution must not wait for that team.
TEST_P(Winograd, RunsInsideATeamOfTheApplication) {
  const Problem problem = Make({1, 32, 64, 12, 12, 12, 12, 1, 1}, 4);
  const WinogradConvolution convolution(problem.shape, {Tile(), true, 4}, Loops(), 2, problem.weights.data());
  const Placed src(Loops(), Loops().source, problem.data, 1, 32, 144);
  const Placed dst(Loops(), Loops().result, problem.sum, 1, 64, 144);
  const auto scratchpad = AllocateMemory(convolution.ScratchpadBytes());
  struct Team {
    std::atomic<int> arrived = 0;
    std::atomic<bool> done = false, in_time = false;
    std::function<void()> run;
  } team;
  team.run = [&] { convolution.Run(src.Data(), nullptr, dst.Data(), reinterpret_cast<float*>(scratchpad.get())); };
  GOMP_parallel(
      [](void* data) {
        Team& shared = *static_cast<Team*>(data);
        if (shared.arrived++ == 0) {
          shared.run();
          shared.done = true;
          return;
        }
        for (int i = 0; i < 5000 && !shared.done; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        shared.in_time = shared.done.load();
      },
      &team, 2, 0);
  EXPECT_TRUE(team.in_time || team.arrived == 1);
}

INSTANTIATE_TEST_SUITE_P(Tiles, Winograd, testing::Combine(testing::Values(2, 4, 6), testing::ValuesIn(kLoopsCases)),
                         [](const testing::TestParamInfo<std::tuple<int, LoopsCase>>& test) {
                           return std::get<LoopsCase>(test.param).name +
                                  ("Tile" + std::to_string(std::get<int>(test.param)));
                         });

TEST(WinogradChoice, FollowsTheSizes) {
  const blocked::Loops* loops = blocked::FindLoops();
  if (!loops) GTEST_SKIP() << "no loops for this instruction set";
  const auto choose = [&](int64_t in, int64_t out, int64_t size) {
    return WinogradConvolution::Choose({1, in, out, size, size, size, size, 1, 1}, *loops, 2);
  };
  ASSERT_TRUE(choose(64, 64, 56));
  EXPECT_EQ(choose(64, 64, 56)->tile, 4);
  EXPECT_FALSE(choose(64, 64, 56)->phases);
  ASSERT_TRUE(choose(512, 512, 28));
  EXPECT_TRUE(choose(512, 512, 28)->phases);
  // More transforming than multiplying.
  EXPECT_FALSE(choose(3, 16, 8));
  // Four times the weights for a handful of pixels.
  const auto small = choose(512, 512, 3);
  EXPECT_TRUE(!small || small->tile == 2);
}

}  // namespace
}  // namespace moir::runtime

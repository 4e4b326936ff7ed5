#include "ie_runtime/kernels/vector_loops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

namespace moir::runtime {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Small, middling and large numbers of both signs, more than the vectors hold and not a multiple of them.
std::vector<float> Numbers() {
  std::vector<float> numbers = {0.0f, -0.0f, 1.0f, -1.0f, 0.5625f, -0.5625f, 87.5f, -87.5f, 1e30f, -1e30f};
  for (int i = -2000; i <= 2001; ++i) numbers.push_back(static_cast<float>(i) * 0.0123f);
  for (float x = 1e-30f; x < 100; x *= 1.7f) numbers.insert(numbers.end(), {x, -x});
  return numbers;
}

struct Case {
  UnaryFunction function;
  std::function<double(double)> exact;
  double units;  // of the last place, at most
};

TEST(VectorLoops, FunctionsOfExpAreExactToAFewUnitsInTheLastPlace) {
  const std::vector<Case> cases = {
      {{UnaryKind::kSigmoid}, [](double x) { return 1 / (1 + std::exp(-x)); }, 4},
      {{UnaryKind::kTanh}, [](double x) { return std::tanh(x); }, 4},
      {{UnaryKind::kSwish, 1.5f}, [](double x) { return x / (1 + std::exp(-1.5 * x)); }, 6},
  };
  const std::vector<float> x = Numbers();
  for (const Case& expected : cases) {
    std::vector<float> y(x.size());
    UnaryLoop(expected.function, x.data(), y.data(), static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = expected.exact(double{x[i]});
      // -beta * x is rounded before exp sees it, which the result shows as many times larger as the argument is; exp
      // ends at e^-87.
      const double unit = std::ldexp(std::abs(exact), -23) * (1 + std::abs(static_cast<double>(x[i])) / 4);
      EXPECT_LE(std::abs(y[i] - exact), expected.units * unit + 1e-37 * (1 + std::abs(double{x[i]})))
          << UnaryKindName(expected.function.kind) << " of " << x[i];
    }
  }
}

TEST(VectorLoops, InfinitiesAndNaN) {
  const std::vector<float> x = {kInfinity, -kInfinity, std::nanf(""), 0.0f, -0.0f};
  std::vector<float> y(x.size());
  UnaryLoop({UnaryKind::kSigmoid}, x.data(), y.data(), 5);
  EXPECT_EQ(y[0], 1.0f);
  EXPECT_LE(std::abs(y[1]), 1e-37f);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 0.5f);
  UnaryLoop({UnaryKind::kTanh}, x.data(), y.data(), 5);
  EXPECT_EQ(y[0], 1.0f);
  EXPECT_EQ(y[1], -1.0f);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 0.0f);
  EXPECT_TRUE(std::signbit(y[4]));
}

TEST(VectorLoops, Gelu) {
  std::vector<float> x = Numbers();
  for (const float special : {0.0f, -0.0f, 1e-30f, -1e-30f, -5.5f, 30.0f, -30.0f}) x.push_back(special);
  std::vector<float> erf(x.size()), tanh(x.size());
  UnaryLoop({UnaryKind::kGeluErf}, x.data(), erf.data(), static_cast<int64_t>(x.size()));
  UnaryLoop({UnaryKind::kGeluTanh}, x.data(), tanh.data(), static_cast<int64_t>(x.size()));
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = double{x[i]}, size = std::abs(v);
    // The approximation of erfc is off by 1e-8; the rounding of exp's argument shows as often as that is large.
    const double by_erf = v / 2 * std::erfc(-v / std::sqrt(2.0));
    EXPECT_LE(std::abs(erf[i] - by_erf), size * 1e-8 + std::ldexp(std::abs(by_erf), -23) * (4 + v * v / 2) + 1e-37)
        << v;
    const double by_tanh = v / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v)));
    EXPECT_LE(std::abs(tanh[i] - by_tanh), std::ldexp(size, -22)) << v;
  }
  const std::vector<float> ends = {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
  for (const UnaryKind kind : {UnaryKind::kGeluErf, UnaryKind::kGeluTanh}) {
    float y[2];
    UnaryLoop({kind}, ends.data(), y, 2);
    EXPECT_EQ(y[0], ends[0]);
    EXPECT_TRUE(std::isnan(y[1]));
  }
}

TEST(VectorLoops, ExpOfDifferences) {
  const std::vector<float> numbers = Numbers();
  std::vector<float> x, base, y, sums;
  for (size_t i = 0; i + 1 < numbers.size(); ++i) {
    const float a = numbers[i], b = numbers[i + 1];
    x.push_back(std::min(a, b));
    base.push_back(std::max(a, b));
  }
  y.resize(x.size());
  sums.assign(x.size(), 0.25f);
  ExpOfDifferenceLoop(x.data(), base.data(), y.data(), sums.data(), static_cast<int64_t>(x.size()));
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = std::exp(double{x[i] - base[i]});
    EXPECT_LE(std::abs(y[i] - exact), std::ldexp(exact, -22) + 1e-37) << x[i] << " - " << base[i];
    EXPECT_EQ(sums[i], 0.25f + y[i]);
  }
}

TEST(VectorLoops, RowsOfAnyWidthHaveNumbersPerColumn) {
  for (const int64_t width : {1, 5, 8, 16, 24, 32}) {
    for (const int64_t rows : {1, 2, 7}) {
      const auto count = static_cast<size_t>(rows * width);
      std::vector<float> x(count), a(static_cast<size_t>(width)), b(a.size());
      for (size_t i = 0; i < count; ++i) x[i] = static_cast<float>(i % 13) - 6;
      for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i) - 3, b[i] = 0.5f - static_cast<float>(i % 3);
      x[count / 2] = std::nanf("");
      const auto expect = [&](const char* name, const auto& loop, const auto& function) {
        std::vector<float> y(count + 1, 77);
        loop(y.data());
        for (size_t i = 0; i < count; ++i) {
          const float expected = function(x[i], a[i % a.size()], b[i % a.size()]);
          EXPECT_TRUE(y[i] == expected || (std::isnan(y[i]) && std::isnan(expected)))
              << name << " of " << rows << 'x' << width << " at " << i << ": " << y[i] << ", expected " << expected;
        }
        EXPECT_EQ(y[count], 77) << name << " writes beyond its rows";
      };
      expect(
          "PReluRows", [&](float* y) { PReluRows(x.data(), y, rows, width, a.data()); },
          [](float value, float slope, float) { return value > 0 ? value : value * slope; });
      expect(
          "ScaleShiftRows", [&](float* y) { ScaleShiftRows(x.data(), y, rows, width, a.data(), b.data()); },
          [](float value, float scale, float shift) { return value * scale + shift; });
      expect(
          "ScaleShiftReluRows", [&](float* y) { ScaleShiftReluRows(x.data(), y, rows, width, a.data(), b.data()); },
          [](float value, float scale, float shift) {
            const float sum = value * scale + shift;
            return sum > 0 ? sum : 0;
          });
    }
  }
}

}  // namespace
}  // namespace moir::runtime

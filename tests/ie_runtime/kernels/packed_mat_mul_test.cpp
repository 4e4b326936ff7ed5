// Products of many rows with packed weights, against sums in double precision: rows, columns and inner sizes that are
// no multiples of anything, weights either way round, several chunks of the inner size.
#include "ie_runtime/kernels/blocked/packed_mat_mul.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"
#include "tests/ie_runtime/engine_test_support.h"
#include "tests/ie_runtime/kernels/random_floats.h"

namespace moir::runtime {
namespace {

using blocked::Finish;

struct Case {
  MatMulShape shape;
  int threads;
};

void ExpectRight(const blocked::Loops& loops, const Case& tested, const Finish& finish,
                 const std::vector<UnaryFunction>& functions) {
  const MatMulShape& s = tested.shape;
  SCOPED_TRACE(graph::StrCat(s.rows, " x ", s.inner, " x ", s.columns, s.transposed ? " transposed, " : ", ",
                             tested.threads, " threads, ", loops.lanes, " lanes"));
  const InferenceScope scope(tested.threads);
  const std::vector<float> x = RandomFloats(s.rows * s.inner, 1), w = RandomFloats(s.inner * s.columns, 2);
  const std::vector<float> bias = RandomFloats(s.columns, 3), slopes = RandomFloats(s.columns, 4);
  const Tensor weights = Tensor::FromValues(s.transposed ? Shape{s.columns, s.inner} : Shape{s.inner, s.columns}, w);
  const PackedMatMul product(s, loops, tested.threads, weights, bias, finish, slopes, functions);
  const auto scratchpad = AllocateMemory(product.ScratchpadBytes());
  // Numbers beside the result must stay.
  constexpr float kBeside = 12345;
  std::vector<float> y(static_cast<size_t>(s.rows * s.columns) + 64, kBeside);
  product.Run(x.data(), y.data(), reinterpret_cast<float*>(scratchpad.get()));
  for (size_t i = y.size() - 64; i < y.size(); ++i) ASSERT_EQ(y[i], kBeside);
  double worst = 0;
  for (int64_t row = 0; row < s.rows; ++row) {
    for (int64_t column = 0; column < s.columns; ++column) {
      double sum = bias[static_cast<size_t>(column)];
      for (int64_t k = 0; k < s.inner; ++k) {
        sum += double{x[static_cast<size_t>(row * s.inner + k)]} *
               w[static_cast<size_t>(s.transposed ? column * s.inner + k : k * s.columns + column)];
      }
      auto expected = static_cast<float>(sum);
      switch (finish.kind) {
        case Finish::Kind::kNone: break;
        case Finish::Kind::kRelu: expected = expected > 0 ? expected : finish.low * expected; break;
        case Finish::Kind::kPRelu:
          expected = expected > 0 ? expected : slopes[static_cast<size_t>(column)] * expected;
          break;
        case Finish::Kind::kClip: expected = std::min(std::max(expected, finish.low), finish.high); break;
      }
      for (const UnaryFunction& function : functions) expected = Apply(function, expected);
      const float got = y[static_cast<size_t>(row * s.columns + column)];
      ASSERT_TRUE(std::isfinite(got)) << row << ", " << column;  // a maximum would pass over NaN
      worst = std::max(worst, std::abs(double{got} - expected));
    }
  }
  // Each of the `inner` roundings is at most half a unit of a partial sum, which grows as the root of their number.
  EXPECT_LE(worst, 3e-7 * static_cast<double>(s.inner) + 1e-6);
}

std::vector<const blocked::Loops*> AllLoops() {
  std::vector<const blocked::Loops*> all;
  for (const Isa isa : {Isa::kAvx2, Isa::kAvx512Core}) {
    const blocked::Loops* loops = isa <= EffectiveIsa() ? blocked::FindLoops(isa) : nullptr;
    if (loops) all.push_back(loops);
  }
  return all;
}

TEST(PackedMatMul, SizesOfAllKinds) {
  if (AllLoops().empty()) GTEST_SKIP() << "needs AVX2";
  const std::vector<Case> cases = {
      {{1, 8, 8, true}, 2},       {{5, 16, 16, true}, 1},    {{5, 17, 33, false}, 2},   {{13, 100, 31, true}, 2},
      {{14, 64, 64, true}, 3},    {{15, 65, 40, false}, 3},  {{128, 96, 200, true}, 2}, {{129, 40, 24, true}, 2},
      {{300, 33, 17, false}, 2},  {{7, 1024, 48, true}, 2},  {{9, 1025, 70, true}, 2},  {{6, 2500, 37, false}, 2},
      {{260, 1100, 20, true}, 2}, {{130, 50, 300, true}, 2}, {{33, 3072, 9, true}, 4},  {{270, 16, 1000, false}, 2}};
  for (const blocked::Loops* loops : AllLoops()) {
    for (const Case& tested : cases) ExpectRight(*loops, tested, {}, {});
  }
}

TEST(PackedMatMul, WhatFollows) {
  if (AllLoops().empty()) GTEST_SKIP() << "needs AVX2";
  for (const blocked::Loops* loops : AllLoops()) {
    for (const Case& tested :
         {Case{{20, 37, 45, true}, 2}, Case{{200, 1300, 18, true}, 2}, Case{{17, 2100, 90, false}, 3}}) {
      ExpectRight(*loops, tested, {Finish::Kind::kRelu, 0.25f, 0}, {});
      ExpectRight(*loops, tested, {Finish::Kind::kPRelu, 0, 0}, {});
      ExpectRight(*loops, tested, {Finish::Kind::kClip, -1, 2}, {});
      ExpectRight(*loops, tested, {}, {{UnaryKind::kGeluErf}});
      ExpectRight(*loops, tested, {Finish::Kind::kRelu, 0.5f, 0}, {{UnaryKind::kTanh}, {UnaryKind::kLinear, 2, -1}});
    }
  }
}

// Whatever share a thread has, each result is the same sum.
TEST(PackedMatMul, ThreadsDoNotChangeTheNumbers) {
  if (AllLoops().empty()) GTEST_SKIP() << "needs AVX2";
  const MatMulShape s{150, 1100, 130, true};
  const std::vector<float> x = RandomFloats(s.rows * s.inner, 1);
  const Tensor weights = Tensor::FromValues(Shape{s.columns, s.inner}, RandomFloats(s.inner * s.columns, 2));
  for (const blocked::Loops* loops : AllLoops()) {
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      // Compiled for three threads, and run by as many as there are.
      const PackedMatMul product(s, *loops, 3, weights);
      const auto scratchpad = AllocateMemory(product.ScratchpadBytes());
      std::vector<float> y(static_cast<size_t>(s.rows * s.columns));
      const InferenceScope scope(threads);
      product.Run(x.data(), y.data(), reinterpret_cast<float*>(scratchpad.get()));
      if (first.empty()) first = y;
      EXPECT_TRUE(first == y) << threads << " threads";
    }
  }
}

TEST(PackedMatMul, ServesLayersWithManyRows) {
  const std::string model =
      "x : f32[3,40,70]; w : f32[90,70] = random(1); b : f32[90] = random(2)\n"
      "m = MatMul(x, w) transpose_b=true; a = Add(m, b); g = Gelu(a); return g";
  const EngineRun run = ExpectSameAsPlain(model, 1e-5);
  const bool packed = blocked::FindLoops() != nullptr;
  EXPECT_EQ(run.ExecType("m").substr(0, 6) == "packed", packed) << run.ExecType("m");
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("Gelu"), 0u);
  // Too narrow for a vector: oneDNN's.
  const EngineRun narrow =
      ExpectSameAsPlain("x : f32[40,70]; w : f32[3,70] = random(1); m = MatMul(x, w) transpose_b=true; return m", 1e-5);
  EXPECT_NE(narrow.ExecType("m").substr(0, 6), "packed");
}

}  // namespace
}  // namespace moir::runtime

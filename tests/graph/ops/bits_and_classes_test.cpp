// Bits of integers, classes of float numbers, least common multiples and angles.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <typename T>
Tensor Row(std::initializer_list<T> values) {
  return Tensor::FromValues<T>({static_cast<int64_t>(values.size())}, values);
}

TEST(Bits, OfIntegersAndBooleans) {
  const Tensor a = Row<int32_t>({12, -1, 5}), b = Row<int32_t>({10, 7, -2});
  ExpectValues<int32_t>(EvaluateOp("BitwiseAnd", {a, b}), {3}, {8, 7, 4});
  ExpectValues<int32_t>(EvaluateOp("BitwiseOr", {a, b}), {3}, {14, -1, -1});
  ExpectValues<int32_t>(EvaluateOp("BitwiseXor", {a, b}), {3}, {6, -8, -5});
  ExpectValues<int32_t>(EvaluateOp("BitwiseNot", {a}), {3}, {-13, 0, -6});
  ExpectValues<uint8_t>(EvaluateOp("BitwiseNot", {Row<uint8_t>({0, 1, 255})}), {3}, {255, 254, 0});
  const Tensor p = Row<bool>({true, true, false}), q = Row<bool>({true, false, false});
  ExpectValues<bool>(EvaluateOp("BitwiseAnd", {p, q}), {3}, {true, false, false});
  ExpectValues<bool>(EvaluateOp("BitwiseXor", {p, q}), {3}, {false, true, false});
  ExpectValues<bool>(EvaluateOp("BitwiseNot", {p}), {3}, {false, false, true});
  // Broadcast as everything else.
  EXPECT_EQ(EvaluateOp("BitwiseOr", {a.Reshaped({3, 1}), b}).Shape(), (Shape{3, 3}));
  EXPECT_EQ(EvaluateOp("BitwiseAnd", {Tensor(ElementType::kI8, {0, 2}), Tensor(ElementType::kI8, {2})}).Shape(),
            (Shape{0, 2}));
}

TEST(Bits, RefuseFloats) {
  const Tensor x = Row<float>({1});
  for (const char* op : {"BitwiseAnd", "BitwiseOr", "BitwiseXor"})
    ExpectError([&] { EvaluateOp(op, {x, x}); }, ErrorKind::kBadModel, {"an integer type or boolean"});
  ExpectError([&] { EvaluateOp("BitwiseNot", {x}); }, ErrorKind::kBadModel, {"an integer type or boolean"});
  ExpectError([&] { EvaluateOp("BitwiseAnd", {Row<int32_t>({1}), Row<int64_t>({1})}); }, ErrorKind::kBadModel, {});
}

TEST(FloatClasses, TellNumbersFromOthers) {
  const Tensor x = Row<float>({1, -0.0f, kNan, kInfinity, -kInfinity});
  ExpectValues<bool>(EvaluateOp("IsFinite", {x}), {5}, {true, true, false, false, false});
  ExpectValues<bool>(EvaluateOp("IsNaN", {x}), {5}, {false, false, true, false, false});
  ExpectValues<bool>(EvaluateOp("IsInf", {x}), {5}, {false, false, false, true, true});
  ExpectValues<bool>(EvaluateOp("IsInf", {x}, {{"detect_negative", false}}), {5}, {false, false, false, true, false});
  ExpectValues<bool>(EvaluateOp("IsInf", {x}, {{"detect_positive", false}}), {5}, {false, false, false, false, true});
  ExpectError([&] { EvaluateOp("IsNaN", {Row<int32_t>({1})}); }, ErrorKind::kBadModel, {"f16, bf16, f32 or f64"});
}

TEST(Lcm, OfMagnitudes) {
  const Tensor a = Row<int32_t>({4, -6, 0, 7, 0}), b = Row<int32_t>({6, 4, 5, 7, 0});
  ExpectValues<int32_t>(EvaluateOp("Lcm", {a, b}), {5}, {12, 12, 0, 7, 0});
  ExpectValues<uint8_t>(EvaluateOp("Lcm", {Row<uint8_t>({200}), Row<uint8_t>({3})}), {1}, {600 % 256});
  // The smallest integer has no positive counterpart; this must not trap.
  const auto lowest = std::numeric_limits<int64_t>::min();
  ExpectValues<int64_t>(EvaluateOp("Lcm", {Row<int64_t>({lowest}), Row<int64_t>({1})}), {1}, {lowest});
  ExpectError(
      [&] {
        EvaluateOp("Lcm", {Row<float>({1}), Row<float>({1})});
      },
      ErrorKind::kBadModel, {"an integer type"});
}

TEST(Atan2, KnowsTheQuadrant) {
  const double pi = std::acos(-1.0);
  const Tensor y = Row<double>({1, 1, -1, -1, 0, -0.0}), x = Row<double>({1, -1, -1, 1, -1, -1});
  const Tensor angles = EvaluateOp("Atan2", {y, x});
  ExpectValues<double>(angles, {6}, {pi / 4, 3 * pi / 4, -3 * pi / 4, -pi / 4, pi, -pi}, 1e-12);
  ExpectError(
      [&] {
        EvaluateOp("Atan2", {Row<int32_t>({1}), Row<int32_t>({1})});
      },
      ErrorKind::kBadModel, {"f16, bf16, f32 or f64"});
}

}  // namespace
}  // namespace moir::test

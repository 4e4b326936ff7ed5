// Functions of two elements: broadcasting, integers, special values, refused types.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Tensor Floats(std::initializer_list<float> values) {
  return Tensor::FromValues<float>({static_cast<int64_t>(values.size())}, values);
}
Tensor Ints(std::initializer_list<int32_t> values) {
  return Tensor::FromValues<int32_t>({static_cast<int64_t>(values.size())}, values);
}

TEST(Binary, BroadcastsLikeNumPy) {
  const Tensor column = Tensor::FromValues<float>({2, 1}, {10, 20});
  ExpectValues<float>(EvaluateOp("Add", {column, Floats({1, 2, 3})}), {2, 3}, {11, 12, 13, 21, 22, 23});
  ExpectValues<float>(EvaluateOp("Subtract", {Floats({1, 2, 3}), column}), {2, 3}, {-9, -8, -7, -19, -18, -17});
  ExpectValues<float>(EvaluateOp("Multiply", {Tensor::Scalar(2.0f), column}), {2, 1}, {20, 40});
  EXPECT_EQ(EvaluateOp("Add", {Tensor(ElementType::kF32, {3, 1, 0}), column.Reshaped({1, 2, 1})}).Shape(),
            (Shape{3, 2, 0}));
  // Every pair of axes: against an index computation of its own.
  const Tensor a = RandomTensor(ElementType::kF32, {2, 1, 3, 1}, 1), b = RandomTensor(ElementType::kF32, {4, 1, 5}, 2);
  const Tensor y = EvaluateOp("Subtract", {a, b});
  ASSERT_EQ(y.Shape(), (Shape{2, 4, 3, 5}));
  for (size_t i = 0; i < 120; ++i) {
    const size_t n = i / 60, p = i / 15 % 4, q = i / 5 % 3, r = i % 5;
    EXPECT_EQ(y.Values<float>()[i], a.Values<float>()[n * 3 + q] - b.Values<float>()[p * 5 + r]);
  }
}

TEST(Binary, RefusesWhatDoesNotFit) {
  for (const char* op : {"Add", "Subtract", "Multiply", "Divide", "Maximum", "Minimum", "Power", "Mod", "FloorMod",
                         "SquaredDifference"}) {
    SCOPED_TRACE(op);
    ExpectBadOp(op, {Floats({1, 2}), Floats({1, 2, 3})}, {}, {"node \"op\"", "shapes [2] and [3] do not broadcast"});
    ExpectBadOp(op, {Floats({1}), Ints({1})}, {}, {"element type of input 1: got i32, expected that of input 0, f32"});
    ExpectBadOp(op, {Tensor::Scalar(true), Tensor::Scalar(true)}, {}, {"got boolean, expected a number type"});
    ExpectBadOp(op, {Floats({1}), Floats({1, 2})}, {{"auto_broadcast", std::string("none")}},
                {"shape of input 1: got [2], expected [1] without broadcasting"});
    EXPECT_EQ(EvaluateOp(op, {Floats({1, 2}), Floats({1, 2})}, {{"auto_broadcast", std::string("none")}}).Shape(),
              Shape{2});
  }
}

TEST(Binary, IntegersWrapAround) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min(), kHighest = std::numeric_limits<int32_t>::max();
  ExpectValues<int32_t>(EvaluateOp("Add", {Ints({kHighest}), Ints({1})}), {1}, {kLowest});
  ExpectValues<int32_t>(EvaluateOp("Subtract", {Ints({kLowest}), Ints({1})}), {1}, {kHighest});
  ExpectValues<int32_t>(EvaluateOp("Multiply", {Ints({65536}), Ints({65537})}), {1}, {65536});
  ExpectValues<uint8_t>(
      EvaluateOp("Add", {Tensor::FromValues<uint8_t>({1}, {250}), Tensor::FromValues<uint8_t>({1}, {10})}), {1}, {4});
  ExpectValues<int64_t>(EvaluateOp("Multiply", {Tensor::Scalar(int64_t{1} << 53), Tensor::Scalar<int64_t>(-3)}), {},
                        {-(int64_t{3} << 53)});
  ExpectValues<int32_t>(EvaluateOp("SquaredDifference", {Ints({2}), Ints({5})}), {1}, {9});
}

TEST(Divide, IntegersRoundDownOrTowardsZero) {
  const Tensor a = Ints({7, -7, 7, -7, 6, -6}), b = Ints({2, 2, -2, -2, 3, 3});
  ExpectValues<int32_t>(EvaluateOp("Divide", {a, b}), {6}, {3, -4, -4, 3, 2, -2});
  ExpectValues<int32_t>(EvaluateOp("Divide", {a, b}, {{"m_pythondiv", false}}), {6}, {3, -3, -3, 3, 2, -2});
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  ExpectValues<int32_t>(EvaluateOp("Divide", {Ints({kLowest}), Ints({-1})}), {1}, {kLowest});
  ExpectError(
      [&] {
        EvaluateOp("Divide", {Ints({1}), Ints({0})});
      },
      ErrorKind::kBadModel, {"node \"op\"", "divided by zero"});
  ExpectValues<float>(EvaluateOp("Divide", {Floats({1, -1, 0}), Floats({0, 0, 0})}), {3}, {INFINITY, -INFINITY, kNan});
}

TEST(Mod, SignsAndZero) {
  const Tensor a = Ints({7, -7, 7, -7, 6}), b = Ints({3, 3, -3, -3, 3});
  ExpectValues<int32_t>(EvaluateOp("Mod", {a, b}), {5}, {1, -1, 1, -1, 0});
  ExpectValues<int32_t>(EvaluateOp("FloorMod", {a, b}), {5}, {1, 2, -2, -1, 0});
  ExpectValues<float>(EvaluateOp("Mod", {Floats({5.5f, -5.5f, 5.5f}), Floats({2, 2, -2})}), {3}, {1.5f, -1.5f, 1.5f});
  ExpectValues<float>(EvaluateOp("FloorMod", {Floats({5.5f, -5.5f, 5.5f, -4}), Floats({2, 2, -2, 2})}), {4},
                      {1.5f, 0.5f, -0.5f, 0});
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  for (const char* op : {"Mod", "FloorMod"}) {
    ExpectValues<int64_t>(EvaluateOp(op, {Tensor::Scalar(kLowest), Tensor::Scalar<int64_t>(-1)}), {}, {0});
    ExpectError([&] { EvaluateOp(op, {Ints({1}), Ints({0})}); }, ErrorKind::kBadModel, {"by zero"});
    ExpectValues<float>(EvaluateOp(op, {Floats({1}), Floats({0})}), {1}, {kNan});
    ExpectValues<uint8_t>(EvaluateOp(op, {Tensor::Scalar<uint8_t>(9), Tensor::Scalar<uint8_t>(255)}), {}, {9});
  }
}

TEST(Power, IntegersAreExact) {
  ExpectValues<int64_t>(EvaluateOp("Power", {Tensor::Scalar<int64_t>(3), Tensor::Scalar<int64_t>(39)}), {},
                        {4052555153018976267});
  ExpectValues<int32_t>(EvaluateOp("Power", {Ints({2, -2, 0, 2, 1, -1, -1}), Ints({5, 3, 0, -1, -9, -3, -4})}), {7},
                        {32, -8, 1, 0, 1, -1, 1});
  ExpectError(
      [] {
        EvaluateOp("Power", {Ints({0}), Ints({-1})});
      },
      ErrorKind::kBadModel, {"integer zero to the power of -1"});
  ExpectValues<float>(EvaluateOp("Power", {Floats({-8, 0, 2}), Floats({2, 0, -1})}), {3}, {64, 1, 0.5f});
  ExpectValues<float>(EvaluateOp("Power", {Floats({-8}), Floats({0.5f})}), {1}, {kNan});
}

TEST(MaximumMinimum, KeepNan) {
  const Tensor a = Floats({1, 3, kNan, 1}), b = Floats({2, 2, 1, kNan});
  ExpectValues<float>(EvaluateOp("Maximum", {a, b}), {4}, {2, 3, kNan, kNan});
  ExpectValues<float>(EvaluateOp("Minimum", {a, b}), {4}, {1, 2, kNan, kNan});
}

TEST(Comparisons, EveryTypeAndNan) {
  const Tensor a = Floats({1, 2, 3, kNan}), b = Floats({2, 2, 2, kNan});
  ExpectValues<bool>(EvaluateOp("Equal", {a, b}), {4}, {false, true, false, false});
  ExpectValues<bool>(EvaluateOp("NotEqual", {a, b}), {4}, {true, false, true, true});
  ExpectValues<bool>(EvaluateOp("Less", {a, b}), {4}, {true, false, false, false});
  ExpectValues<bool>(EvaluateOp("LessEqual", {a, b}), {4}, {true, true, false, false});
  ExpectValues<bool>(EvaluateOp("Greater", {a, b}), {4}, {false, false, true, false});
  ExpectValues<bool>(EvaluateOp("GreaterEqual", {a, b}), {4}, {false, true, true, false});
  // Doubles would call these equal.
  const Tensor big = Tensor::Scalar((int64_t{1} << 60) + 1), bigger = Tensor::Scalar((int64_t{1} << 60) + 2);
  ExpectValues<bool>(EvaluateOp("Less", {big, bigger}), {}, {true});
  ExpectValues<bool>(EvaluateOp("Equal", {Tensor::FromValues<bool>({2}, {true, false}), Tensor::Scalar(true)}), {2},
                     {true, false});
  ExpectBadOp("Equal", {a, Ints({1})}, {}, {"element type of input 1"});
  ExpectBadOp("Less", {a, Floats({1, 2})}, {}, {"do not broadcast"});
}

TEST(Logical, BooleansOnly) {
  const Tensor a = Tensor::FromValues<bool>({4}, {false, false, true, true}),
               b = Tensor::FromValues<bool>({4}, {false, true, false, true});
  ExpectValues<bool>(EvaluateOp("LogicalAnd", {a, b}), {4}, {false, false, false, true});
  ExpectValues<bool>(EvaluateOp("LogicalOr", {a, b}), {4}, {false, true, true, true});
  ExpectValues<bool>(EvaluateOp("LogicalXor", {a, b}), {4}, {false, true, true, false});
  ExpectValues<bool>(EvaluateOp("LogicalNot", {a}), {4}, {true, true, false, false});
  for (const char* op : {"LogicalAnd", "LogicalOr", "LogicalXor"})
    ExpectBadOp(op, {a, Floats({1, 1, 1, 1})}, {}, {"element type of input 1: got f32, expected boolean"});
}

TEST(Select, BroadcastsAllThree) {
  const Tensor cond = Tensor::FromValues<bool>({2, 1}, {true, false});
  ExpectValues<int32_t>(EvaluateOp("Select", {cond, Ints({1, 2, 3}), Ints({9})}), {2, 3}, {1, 2, 3, 9, 9, 9});
  // What is not chosen does not touch the result.
  ExpectValues<float>(EvaluateOp("Select", {Tensor::Scalar(true), Floats({1}), Floats({kNan})}), {1}, {1});
  const Tensor half = Floats({0.1f, 2}).ConvertTo(ElementType::kF16);
  EXPECT_TRUE(EvaluateOp("Select", {Tensor::Scalar(false), Tensor(ElementType::kF16, {2}), half}).Equals(half));
  ExpectBadOp("Select", {Ints({1}), Floats({1}), Floats({1})}, {},
              {"element type of input 0: got i32, expected boolean"});
  ExpectBadOp("Select", {cond, Floats({1}), Ints({1})}, {}, {"element type of input 2"});
  ExpectBadOp("Select", {cond, Floats({1}), Floats({1})}, {{"auto_broadcast", std::string("none")}}, {"shape of cond"});
}

}  // namespace
}  // namespace moir::test

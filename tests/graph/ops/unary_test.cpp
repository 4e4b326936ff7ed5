// Functions of one element: special values, integers, refused types. Ordinary values: openvino_op_cases_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Tensor Floats(std::initializer_list<float> values) {
  return Tensor::FromValues<float>({static_cast<int64_t>(values.size())}, values);
}
Tensor Ints(std::initializer_list<int32_t> values) {
  return Tensor::FromValues<int32_t>({static_cast<int64_t>(values.size())}, values);
}

TEST(Unary, SpecialValues) {
  ExpectValues<float>(EvaluateOp("ReLU", {Floats({kNan, -kInfinity, kInfinity, -1})}), {4}, {kNan, 0, kInfinity, 0});
  ExpectValues<float>(EvaluateOp("Sigmoid", {Floats({-200, 0, 200, kNan})}), {4}, {0, 0.5f, 1, kNan});
  ExpectValues<float>(EvaluateOp("Tanh", {Floats({-200, 0, 200})}), {3}, {-1, 0, 1});
  ExpectValues<float>(EvaluateOp("Exp", {Floats({-200, 0, 200})}), {3}, {0, 1, kInfinity});
  ExpectValues<float>(EvaluateOp("Log", {Floats({0, 1, -1})}), {3}, {-kInfinity, 0, kNan});
  ExpectValues<float>(EvaluateOp("Sqrt", {Floats({4, -1})}), {2}, {2, kNan});
  ExpectValues<float>(EvaluateOp("SoftPlus", {Floats({-200, 0, 200})}), {3}, {0, std::log(2.0f), 200});
  ExpectValues<float>(EvaluateOp("Sign", {Floats({-3, 0, 0.1f, kNan})}), {4}, {-1, 0, 1, kNan});
  ExpectValues<float>(EvaluateOp("Acos", {Floats({2})}), {1}, {kNan});
  ExpectValues<float>(EvaluateOp("Acosh", {Floats({0.5f})}), {1}, {kNan});
  ExpectValues<float>(EvaluateOp("Atanh", {Floats({1, 2})}), {2}, {kInfinity, kNan});
}

TEST(Unary, GammaAndTheInverseOfErf) {
  ExpectValues<float>(EvaluateOp("Gamma", {Floats({0, -1, 1, 5, 40, kNan})}), {6},
                      {kInfinity, kNan, 1, 24, kInfinity, kNan});
  ExpectValues<float>(EvaluateOp("LogGamma", {Floats({0, -1, 1, 2, kInfinity})}), {5},
                      {kInfinity, kInfinity, 0, 0, kInfinity});
  ExpectValues<float>(EvaluateOp("ErfInv", {Floats({0, 1, -1, 1.5f, kNan})}), {5},
                      {0, kInfinity, -kInfinity, kNan, kNan});
  // The inverse of its inverse, from the smallest numbers to the last one below 1.
  for (const double x : {1e-300, 1e-9, 0.1, 0.499, 0.5, 0.9, 0.999999, 1 - 1e-15}) {
    for (const double sign : {1.0, -1.0}) {
      const Tensor y = EvaluateOp("ErfInv", {Tensor::FromValues<double>({1}, {sign * x})});
      const double back = std::erf(y.ToVector<double>()[0]);
      EXPECT_NEAR(back, sign * x, 1e-15 + x * 1e-14) << x;
    }
  }
}

TEST(Unary, IntegersWhereTheResultIsOne) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  ExpectValues<int32_t>(EvaluateOp("Abs", {Ints({-3, 0, 4, kLowest})}), {4}, {3, 0, 4, kLowest});
  ExpectValues<int32_t>(EvaluateOp("Negative", {Ints({-3, 0, 4, kLowest})}), {4}, {3, 0, -4, kLowest});
  ExpectValues<int32_t>(EvaluateOp("Sign", {Ints({-3, 0, 4})}), {3}, {-1, 0, 1});
  ExpectValues<int32_t>(EvaluateOp("ReLU", {Ints({-3, 0, 4})}), {3}, {0, 0, 4});
  for (const char* op : {"Ceiling", "Floor", "Round"})
    ExpectValues<int32_t>(EvaluateOp(op, {Ints({-3, 0, 4})}), {3}, {-3, 0, 4});
  ExpectValues<uint8_t>(EvaluateOp("Abs", {Tensor::FromValues<uint8_t>({2}, {0, 200})}), {2}, {0, 200});
  ExpectValues<uint8_t>(EvaluateOp("Sign", {Tensor::FromValues<uint8_t>({2}, {0, 200})}), {2}, {0, 1});
}

TEST(Unary, RefusesTypesWithoutAMeaning) {
  for (const char* op : {"Acos", "Acosh", "Asin", "Asinh",   "Atan",  "Atanh",    "Cos",      "Cosh",
                         "Erf",  "Exp",   "Log",  "Sigmoid", "Sin",   "Sinh",     "SoftPlus", "SoftSign",
                         "Sqrt", "Tan",   "Tanh", "Gelu",    "Gamma", "LogGamma", "ErfInv"}) {
    SCOPED_TRACE(op);
    ExpectBadOp(op, {Ints({1})}, {},
                {"node \"op\"", "element type of input 0: got i32, expected f16, bf16, f32 or f64"});
  }
  for (const char* op : {"Abs", "Ceiling", "Floor", "Negative", "ReLU", "Round", "Sign"}) {
    SCOPED_TRACE(op);
    ExpectBadOp(op, {Tensor::Scalar(true)}, {}, {"got boolean, expected a number type"});
  }
  ExpectBadOp("LogicalNot", {Floats({1})}, {}, {"got f32, expected boolean"});
}

TEST(Unary, HalfTypesAreComputedInFloat) {
  const Tensor x = Floats({0.5f, -1, 2});
  const Tensor expected = EvaluateOp("Tanh", {x});
  ExpectNear(EvaluateOp("Tanh", {x.ConvertTo(ElementType::kF16)}), expected.ConvertTo(ElementType::kF16), 0);
  ExpectNear(EvaluateOp("Tanh", {x.ConvertTo(ElementType::kBF16)}), expected.ConvertTo(ElementType::kBF16), 0);
  EXPECT_EQ(EvaluateOp("Tanh", {x.ConvertTo(ElementType::kF64)}).Values<double>()[0], std::tanh(0.5));
}

TEST(Unary, ScalarsAndEmptyTensors) {
  ExpectValues<float>(EvaluateOp("Exp", {Tensor::Scalar(0.0f)}), {}, {1});
  EXPECT_EQ(EvaluateOp("Exp", {Tensor(ElementType::kF32, {2, 0})}).Shape(), (Shape{2, 0}));
}

TEST(Clamp, BoundsNanAndIntegers) {
  ExpectValues<float>(EvaluateOp("Clamp", {Floats({-1, 0.5f, 9, kNan})}, {{"min", 0.0}, {"max", 6.0}}), {4},
                      {0, 0.5f, 6, kNan});
  // Only the integers within the bounds remain.
  ExpectValues<int32_t>(EvaluateOp("Clamp", {Ints({-5, 0, 5})}, {{"min", -1.5}, {"max", 2.5}}), {3}, {-1, 0, 2});
  ExpectValues<uint8_t>(
      EvaluateOp("Clamp", {Tensor::FromValues<uint8_t>({2}, {0, 255})}, {{"min", -10.0}, {"max", 1e9}}), {2}, {0, 255});
  ExpectValues<float>(
      EvaluateOp("Clamp", {Floats({-1e30f, 1})}, {{"min", -std::numeric_limits<double>::infinity()}, {"max", 0.0}}),
      {2}, {-1e30f, 0});
  ExpectBadOp("Clamp", {Floats({1})}, {{"min", 1.0}, {"max", 0.5}},
              {"attributes min and max: got 1 and 0.5, expected min <= max"});
  ExpectBadOp("Clamp", {Floats({1})}, {{"min", 1.0}}, {"attribute max is missing"});
}

TEST(Round, HalvesAndSpecialValues) {
  const Tensor x = Floats({-2.5f, -0.5f, 0.5f, 1.5f, 1e30f, kNan, kInfinity, 0.49999997f});
  ExpectValues<float>(EvaluateOp("Round", {x}), {8}, {-2, 0, 0, 2, 1e30f, kNan, kInfinity, 0});
  ExpectValues<float>(EvaluateOp("Round", {x}, {{"mode", std::string("half_away_from_zero")}}), {8},
                      {-3, -1, 1, 2, 1e30f, kNan, kInfinity, 0});
  ExpectBadOp("Round", {x}, {{"mode", std::string("up")}},
              {"attribute mode: got \"up\", expected one of half_to_even, half_away_from_zero"});
}

TEST(Elu, IsExactNearZero) {
  ExpectValues<float>(EvaluateOp("Elu", {Floats({-1e-8f, 2, -1e9f})}, {{"alpha", 2.0}}), {3}, {-2e-8f, 2, -2}, 1e-12);
}

TEST(HardSigmoid, ClipsAndChecksItsScalars) {
  const Tensor alpha = Floats({0.5f}), beta = Tensor::Scalar(0.25f);
  ExpectValues<float>(EvaluateOp("HardSigmoid", {Floats({-1, 0, 1, 9, kNan}), alpha, beta}), {5},
                      {0, 0.25f, 0.75f, 1, kNan});
  ExpectBadOp("HardSigmoid", {Floats({1}), Floats({1, 2}), beta}, {}, {"shape of alpha: got [2], expected one value"});
  ExpectBadOp("HardSigmoid", {Floats({1}), alpha, Ints({1})}, {}, {"element type of input 2: got i32"});
}

TEST(PRelu, SlopeGoesAlongTheChannelsOrBroadcasts) {
  const Tensor x = Tensor::FromValues<float>({1, 2, 2}, {-1, 2, -3, -4});
  ExpectValues<float>(EvaluateOp("PRelu", {x, Floats({0.5f, 2})}), {1, 2, 2}, {-0.5f, 2, -6, -8});
  ExpectValues<float>(EvaluateOp("PRelu", {x, Floats({10})}), {1, 2, 2}, {-10, 2, -30, -40});
  ExpectValues<float>(EvaluateOp("PRelu", {x, Tensor::FromValues<float>({1, 1, 2}, {2, 3})}), {1, 2, 2},
                      {-2, 2, -6, -12});
  // Two channels of three: a slope of three values is not per channel, NumPy puts it on the last axis.
  ExpectValues<float>(
      EvaluateOp("PRelu", {Tensor::FromValues<float>({1, 2, 3}, {-1, -1, -1, -1, -1, -1}), Floats({1, 2, 3})}),
      {1, 2, 3}, {-1, -2, -3, -1, -2, -3});
  ExpectValues<float>(EvaluateOp("PRelu", {Floats({-1, -2}), Floats({3, 4})}), {2}, {-3, -8});
  ExpectBadOp("PRelu", {x, Floats({1, 2, 3})}, {}, {"shape of slope: got [3]"});
  ExpectBadOp("PRelu", {Floats({1}), Floats({1, 2})}, {}, {"shape of slope: got [2]"});
}

TEST(Convert, SaturatesAndTruncates) {
  const auto convert = [](const Tensor& x, const char* type) {
    return EvaluateOp("Convert", {x}, {{"destination_type", std::string(type)}});
  };
  ExpectValues<int8_t>(convert(Floats({-1.9f, 1.9f, 300, -300, kNan}), "i8"), {5}, {-1, 1, 127, -128, 0});
  ExpectValues<bool>(convert(Floats({0, -0.0f, 0.1f}), "boolean"), {3}, {false, false, true});
  ExpectValues<float>(convert(Tensor::FromValues<bool>({2}, {true, false}), "f32"), {2}, {1, 0});
  ExpectValues<float>(convert(Floats({0.1f}).ConvertTo(ElementType::kF16), "f32"), {1}, {0.099975586f}, 1e-9);
  ExpectBadOp("Convert", {Floats({1})}, {{"destination_type", std::string("f31")}}, {"node \"op\"", "\"f31\""});
}

}  // namespace
}  // namespace moir::test

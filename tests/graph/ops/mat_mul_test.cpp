#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

Attributes Transposed(bool a, bool b) { return {{"transpose_a", a}, {"transpose_b", b}}; }

TEST(MatMul, TransposesTheLastTwoAxes) {
  const Tensor a = Tensor::FromValues<float>({2, 3}, {1, 2, 3, 4, 5, 6}),
               b = Tensor::FromValues<float>({3, 2}, {1, 0, 2, 1, 0, 3});
  const Tensor a_t = Tensor::FromValues<float>({3, 2}, {1, 4, 2, 5, 3, 6}),
               b_t = Tensor::FromValues<float>({2, 3}, {1, 2, 0, 0, 1, 3});
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      ExpectValues<float>(EvaluateOp("MatMul", {ta ? a_t : a, tb ? b_t : b}, Transposed(ta, tb)), {2, 2},
                          {5, 11, 14, 23});
    }
  }
}

TEST(MatMul, BroadcastsTheLeadingAxes) {
  const Tensor a = RandomTensor(ElementType::kF32, {2, 1, 3, 4}, 1), b = RandomTensor(ElementType::kF32, {5, 4, 2}, 2);
  const Tensor y = EvaluateOp("MatMul", {a, b});
  ASSERT_EQ(y.Shape(), (Shape{2, 5, 3, 2}));
  for (size_t p = 0; p < 2; ++p) {
    for (size_t q = 0; q < 5; ++q) {
      for (size_t i = 0; i < 3; ++i) {
        for (size_t j = 0; j < 2; ++j) {
          double sum = 0;
          for (size_t k = 0; k < 4; ++k)
            sum += double{a.Values<float>()[(p * 3 + i) * 4 + k]} * double{b.Values<float>()[(q * 4 + k) * 2 + j]};
          EXPECT_FLOAT_EQ(y.Values<float>()[((p * 5 + q) * 3 + i) * 2 + j], static_cast<float>(sum));
        }
      }
    }
  }
}

TEST(MatMul, VectorsLoseTheirAxis) {
  const Tensor v = Tensor::FromValues<float>({2}, {1, 2}), m = Tensor::FromValues<float>({2, 2}, {1, 2, 3, 4});
  ExpectValues<float>(EvaluateOp("MatMul", {v, v}), {}, {5});
  ExpectValues<float>(EvaluateOp("MatMul", {v, m}), {2}, {7, 10});
  ExpectValues<float>(EvaluateOp("MatMul", {m, v}), {2}, {5, 11});
  // Transposing a vector changes nothing.
  ExpectValues<float>(EvaluateOp("MatMul", {v, m}, Transposed(true, true)), {2}, {5, 11});
  ExpectValues<float>(EvaluateOp("MatMul", {m, v}, Transposed(true, true)), {2}, {7, 10});
}

TEST(MatMul, IntegersAndSumsInDouble) {
  ExpectValues<int64_t>(EvaluateOp("MatMul", {Tensor::FromValues<int64_t>({1, 2}, {(int64_t{1} << 60) + 1, -1}),
                                              Tensor::FromValues<int64_t>({2, 1}, {1, 1})}),
                        {1, 1}, {int64_t{1} << 60});
  ExpectValues<int32_t>(
      EvaluateOp("MatMul", {Tensor::FromValues<int32_t>({1, 2}, {-3, 4}), Tensor::FromValues<int32_t>({1, 2}, {5, -6})},
                 Transposed(false, true)),
      {1, 1}, {-39});
  const Tensor a = Tensor::FromValues<float>({1, 3}, {1e8f, 1, -1e8f}),
               ones = Tensor::FromValues<float>({3, 1}, {1, 1, 1});
  ExpectValues<float>(EvaluateOp("MatMul", {a, ones}), {1, 1}, {1});
  ExpectValues<float>(EvaluateOp("MatMul", {Tensor(ElementType::kF32, {2, 0}), Tensor(ElementType::kF32, {0, 1})}),
                      {2, 1}, {0, 0});
}

TEST(MatMul, RefusesWhatDoesNotFit) {
  const Tensor a(ElementType::kF32, {2, 3});
  ExpectBadOp("MatMul", {a, a}, {},
              {"shapes: got [2,3] and [2,3], expected the same number of columns of a (3) and rows of b (2)"});
  EXPECT_EQ(EvaluateOp("MatMul", {a, a}, Transposed(false, true)).Shape(), (Shape{2, 2}));
  ExpectBadOp("MatMul", {a, Tensor::Scalar(1.0f)}, {}, {"rank of input 1: got 0, expected 1 or more"});
  ExpectBadOp("MatMul", {Tensor(ElementType::kF32, {2, 2, 3}), Tensor(ElementType::kF32, {3, 3, 2})}, {},
              {"do not broadcast"});
  ExpectBadOp("MatMul", {a, Tensor(ElementType::kF64, {3, 2})}, {}, {"element type of input 1: got f64"});
}

}  // namespace
}  // namespace moir::test

// Quantize: where its sum is rounded. MXNet's numbers for whole layers are in the grids of the operators that use it.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/graph_testing.h"

namespace moir::graph {
namespace {

TEST(Quantize, RoundsTheAddendsProductOnlyWhenAsked) {
  const float third = 1.0f / 3.0f;
  const Tensor x = Tensor::FromValues<float>(Shape{1}, {-1}), one = Tensor::FromValues<float>(Shape{1}, {1});
  const Tensor none(ElementType::kF32, Shape{0}), addend = Tensor::FromValues<int8_t>(Shape{1}, {3});
  const auto run = [&](bool single_rounding) {
    return test::EvaluateOp("Quantize", {x, one, none, addend},
                            {{"destination_type", std::string("f32")},
                             {"addend_scale", static_cast<double>(third)},
                             {"single_rounding", single_rounding}})
        .ToVector<float>()[0];
  };
  EXPECT_EQ(run(false), 3.0f * third - 1.0f);
  EXPECT_EQ(run(true), std::fma(3.0f, third, -1.0f));
  EXPECT_NE(run(true), run(false));
}

}  // namespace
}  // namespace moir::graph

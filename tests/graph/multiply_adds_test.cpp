// Costs of single nodes against numbers counted by hand.
#include "graph/multiply_adds.h"

#include <gtest/gtest.h>

#include "graph/graph.h"
#include "graph/text.h"

namespace moir::graph {
namespace {

// Multiply-adds of the last node of a graph in text form.
uint64_t Cost(const std::string& text) {
  const auto graph = ParseGraph(text);
  return MultiplyAdds(*graph->Outputs()[0].value.node);
}

TEST(MultiplyAdds, AreThoseCountedByHand) {
  // 2 pictures, 4 channels of 3 x 3 results, each from 3 channels of 2 x 2.
  EXPECT_EQ(Cost("x : f32[2,3,4,4]; w : f32[4,3,2,2] = fill(1); y = Convolution(x, w); return y"), 2u * 4 * 9 * 12);
  EXPECT_EQ(Cost("x : f32[1,4,4,4]; w : f32[2,3,2,1,1] = fill(1); y = GroupConvolution(x, w); return y"),
            1u * 6 * 16 * 2);
  EXPECT_EQ(Cost("x : f32[1,3,4,4]; w : f32[3,5,2,2] = fill(1); y = ConvolutionBackpropData(x, w) strides=[2,2]; "
                 "return y"),
            1u * 3 * 16 * 5 * 4);
  EXPECT_EQ(Cost("x : f32[2,5]; w : f32[5,7] = fill(1); y = MatMul(x, w); return y"), 2u * 5 * 7);
  EXPECT_EQ(Cost("x : f32[5,2]; w : f32[7,5] = fill(1); y = MatMul(x, w) transpose_a=true transpose_b=true; return y"),
            2u * 5 * 7);
  EXPECT_EQ(Cost("x : f32[3,2,5]; w : f32[3,5,7]; y = MatMul(x, w); return y"), 3u * 2 * 5 * 7);
  // 2 sequences of 3 steps, 4 gates of 6 from 5 inputs and 6 states.
  EXPECT_EQ(Cost("x : f32[2,3,5]; h : f32[2,1,6]; c : f32[2,1,6]; l : i64[2]; w : f32[1,24,5] = fill(1); "
                 "r : f32[1,24,6] = fill(1); b : f32[1,24] = fill(1); "
                 "y = LSTMSequence(x, h, c, l, w, r, b) hidden_size=6 direction=\"forward\"; return y.0"),
            2u * 3 * 24 * (5 + 6));
  EXPECT_EQ(Cost("x : f32[2,5]; y = ReLU(x); return y"), 0u);
}

TEST(MultiplyAdds, StayAtTheLargestNumber) {
  const uint64_t most = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(SaturatingProduct(uint64_t{1} << 40, uint64_t{1} << 23), uint64_t{1} << 63);
  EXPECT_EQ(SaturatingProduct(uint64_t{1} << 40, uint64_t{1} << 24), most);
  EXPECT_EQ(SaturatingSum(most - 1, 1), most);
  EXPECT_EQ(SaturatingSum(most - 1, 2), most);
  EXPECT_EQ(CountElements(Shape({2, 3})), 6u);
  EXPECT_EQ(CountElements(Shape({2, -1})), 0u);
}

}  // namespace
}  // namespace moir::graph

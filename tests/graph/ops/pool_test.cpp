// MaxPool and AvgPool. Values of rounding_type "ceil" are what MXNet 1.9.1 gives for pooling_convention "full".
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using Ints = std::vector<int64_t>;
constexpr float kLowest = std::numeric_limits<float>::lowest();

// -1, -2, ... -16 as a picture: padding would win every maximum if it counted.
Tensor Picture(int64_t size = 4) {
  Tensor x(ElementType::kF32, {1, 1, size, size});
  for (int64_t i = 0; i < size * size; ++i)
    x.MutableValues<float>()[static_cast<size_t>(i)] = static_cast<float>(-(i / size * 4 + i % size + 1));
  return x;
}

Attributes Window(int64_t kernel, int64_t stride, int64_t pad, bool ceil) {
  return {{"kernel", Ints{kernel, kernel}},
          {"strides", Ints{stride, stride}},
          {"pads_begin", Ints{pad, pad}},
          {"pads_end", Ints{pad, pad}},
          {"rounding_type", std::string(ceil ? "ceil" : "floor")}};
}
Attributes AvgWindow(int64_t kernel, int64_t stride, int64_t pad, bool ceil, bool exclude_pad) {
  Attributes attributes = Window(kernel, stride, pad, ceil);
  attributes["exclude-pad"] = exclude_pad;
  return attributes;
}

TEST(MaxPool, PaddingNeverWins) {
  ExpectValues<float>(EvaluateOp("MaxPool", {Picture()}, Window(3, 2, 1, true)), {1, 1, 3, 3},
                      {-1, -2, -4, -5, -6, -8, -13, -14, -16});
  ExpectValues<float>(EvaluateOp("MaxPool", {Picture()}, Window(3, 2, 1, false)), {1, 1, 2, 2}, {-1, -2, -5, -6});
  ExpectValues<float>(EvaluateOp("MaxPool", {Picture()}, Window(2, 2, 1, false)), {1, 1, 3, 3},
                      {-1, -2, -4, -5, -6, -8, -13, -14, -16});
}

TEST(MaxPool, AWindowWithoutDataIsTheLowestValue) {
  ExpectValues<float>(EvaluateOp("MaxPool", {Picture(3)}, Window(1, 3, 0, true)), {1, 1, 2, 2},
                      {-1, kLowest, kLowest, kLowest});
}

TEST(MaxPool, OneThreeAxesAndTypes) {
  ExpectValues<int32_t>(
      EvaluateOp("MaxPool", {Tensor::FromValues<int32_t>({1, 1, 5}, {3, -1, -4, 1, 5})}, {{"kernel", Ints{2}}}),
      {1, 1, 4}, {3, -1, 1, 5});
  const Tensor x = RandomTensor(ElementType::kF32, {2, 3, 4, 5, 4}, 5);
  const Tensor y = EvaluateOp("MaxPool", {x}, {{"kernel", Ints{4, 5, 4}}});
  ASSERT_EQ(y.Shape(), (Shape{2, 3, 1, 1, 1}));
  for (size_t plane = 0; plane < 6; ++plane) {
    const auto first = x.Values<float>().begin() + static_cast<std::ptrdiff_t>(plane * 80);
    EXPECT_EQ(y.Values<float>()[plane], *std::max_element(first, first + 80));
  }
}

TEST(AvgPool, CountsPaddingButNotTheOverhangOfCeil) {
  ExpectValues<float>(EvaluateOp("AvgPool", {Picture()}, AvgWindow(3, 2, 1, true, false)), {1, 1, 3, 3},
                      {-1.5555556f, -3.3333335f, -2, -6.333333f, -11, -6, -4.5f, -7.5f, -4});
  ExpectValues<float>(EvaluateOp("AvgPool", {Picture()}, AvgWindow(3, 2, 1, true, true)), {1, 1, 3, 3},
                      {-3.5f, -5, -6, -9.5f, -11, -12, -13.5f, -15, -16});
  ExpectValues<float>(EvaluateOp("AvgPool", {Picture()}, AvgWindow(2, 2, 1, false, false)), {1, 1, 3, 3},
                      {-0.25f, -1.25f, -1, -3.5f, -8.5f, -5, -3.25f, -7.25f, -4});
  ExpectValues<float>(EvaluateOp("AvgPool", {Picture()}, AvgWindow(2, 2, 1, false, true)), {1, 1, 3, 3},
                      {-1, -2.5f, -4, -7, -8.5f, -10, -13, -14.5f, -16});
}

TEST(AvgPool, AWindowWithoutDataIsZero) {
  for (const bool exclude_pad : {false, true}) {
    ExpectValues<float>(EvaluateOp("AvgPool", {Picture(3)}, AvgWindow(1, 3, 0, true, exclude_pad)), {1, 1, 2, 2},
                        {-1, 0, 0, 0});
  }
}

TEST(AvgPool, AsymmetricPads) {
  const Tensor x = Tensor::FromValues<float>({1, 1, 3}, {6, 12, 18});
  const Attributes common = {{"kernel", Ints{3}}, {"pads_begin", Ints{2}}, {"pads_end", Ints{1}}};
  Attributes exclude = common, include = common;
  exclude["exclude-pad"] = true;
  include["exclude-pad"] = false;
  ExpectValues<float>(EvaluateOp("AvgPool", {x}, include), {1, 1, 4}, {2, 6, 12, 10});
  ExpectValues<float>(EvaluateOp("AvgPool", {x}, exclude), {1, 1, 4}, {6, 9, 12, 15});
}

TEST(Pool, AutoPadAndSizes) {
  const Tensor x(ElementType::kF32, {1, 1, 7});
  const auto size = [&](Attributes attributes) {
    attributes["kernel"] = Ints{2};
    attributes["strides"] = Ints{3};
    return EvaluateOp("MaxPool", {x}, std::move(attributes)).Shape()[2];
  };
  EXPECT_EQ(size({}), 2);
  EXPECT_EQ(size({{"rounding_type", std::string("ceil")}}), 3);
  EXPECT_EQ(size({{"auto_pad", std::string("same_upper")}}), 3);
  EXPECT_EQ(size({{"auto_pad", std::string("valid")}, {"pads_end", Ints{9}}}), 2);
}

TEST(Pool, RefusesWhatDoesNotFit) {
  const Tensor x = Picture();
  ExpectBadOp("MaxPool", {x}, {}, {"attribute kernel is missing"});
  ExpectBadOp("MaxPool", {x}, {{"kernel", Ints{2}}}, {"kernel [2] for data of shape [1,1,4,4]"});
  ExpectBadOp("MaxPool", {x}, {{"kernel", Ints{2, 0}}}, {"kernel [2,0], expected sizes from 1 to 1073741824"});
  ExpectBadOp("MaxPool", {x}, {{"kernel", Ints{5, 5}}}, {"kernel [5,5] does not fit"});
  ExpectBadOp("MaxPool", {Tensor(ElementType::kF32, {4, 4})}, {{"kernel", Ints{2, 2}}},
              {"rank of data: got 2, expected 3 to 5"});
  ExpectBadOp("MaxPool", {Tensor(ElementType::kBool, {1, 1, 4})}, {{"kernel", Ints{2}}}, {"got boolean"});
  ExpectBadOp("AvgPool", {x}, {{"kernel", Ints{2, 2}}}, {"attribute exclude-pad is missing"});
  ExpectBadOp("AvgPool", {Tensor(ElementType::kI32, {1, 1, 4})}, {{"kernel", Ints{2}}, {"exclude-pad", true}},
              {"got i32, expected f16, bf16, f32 or f64"});
}

}  // namespace
}  // namespace moir::test

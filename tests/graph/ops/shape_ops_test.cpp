// Operators that move and pick elements: what they refuse, every element width, and shapes that follow from other
// shapes.
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "graph/graph.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

Tensor Floats(const std::vector<float>& values) {
  return Tensor::FromValues<float>({static_cast<int64_t>(values.size())}, values);
}
Tensor Axis(int64_t axis) { return Tensor::Scalar<int64_t>(axis); }
Tensor Matrix() { return Tensor::FromValues<float>({2, 3}, {1, 2, 3, 4, 5, 6}); }

TEST(Concat, RefusesWhatDoesNotFit) {
  ExpectBadOp("Concat", {Matrix(), Floats({1, 2})}, {{"axis", int64_t{1}}}, {"shape of input 1: got [2]"});
  ExpectBadOp("Concat", {Matrix(), Tensor(ElementType::kF32, {3, 1})}, {{"axis", int64_t{1}}},
              {"shape of input 1: got [3,1]"});
  ExpectBadOp("Concat", {Matrix(), Tensor(ElementType::kI32, {2, 1})}, {{"axis", int64_t{1}}},
              {"element type of input 1"});
  ExpectBadOp("Concat", {Matrix()}, {{"axis", int64_t{2}}}, {"axis 2 is outside"});
  ExpectBadOp("Concat", {Matrix()}, {}, {"attribute axis is missing"});
  // The same but along the axis.
  EXPECT_EQ(EvaluateOp("Concat", {Matrix(), Tensor(ElementType::kF32, {2, 1})}, {{"axis", int64_t{1}}}).Shape(),
            (Shape{2, 4}));
}

TEST(Split, RefusesPiecesThatDoNotFit) {
  ExpectBadOp("Split", {Matrix(), Axis(1)}, {{"num_splits", int64_t{2}}}, {"num_splits: got 2"});
  ExpectBadOp("Split", {Matrix(), Axis(1)}, {{"num_splits", int64_t{0}}}, {"num_splits: got 0"});
  ExpectBadOp("Split", {Matrix(), Axis(2)}, {{"num_splits", int64_t{3}}}, {"axis 2 is outside"});
  ExpectBadOp("VariadicSplit", {Matrix(), Axis(1), Tensor::Indices({1, 1})}, {}, {"split_lengths: got [1,1]"});
  ExpectBadOp("VariadicSplit", {Matrix(), Axis(1), Tensor::Indices({-1, -1})}, {}, {"split_lengths"});
  ExpectBadOp("VariadicSplit", {Matrix(), Axis(1), Tensor::Indices({4, -1})}, {}, {"split_lengths"});
  EXPECT_EQ(EvaluateOpOutputs("VariadicSplit", {Matrix(), Axis(1), Tensor::Indices({3, -1})})[1].Shape(),
            (Shape{2, 0}));
}

TEST(Reshape, RefusesPatternsThatDoNotHoldTheData) {
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({4, -1})}, {}, {"pattern: got [4,-1]", "6 elements"});
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({2, 2})}, {}, {"pattern: got [2,2]"});
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({-1, -1})}, {}, {"at most one -1"});
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({-2, 3})}, {}, {"sizes, 0 or -1"});
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({0, 3})}, {}, {"pattern: got [0,3]"});
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({2, 3, 0})}, {{"special_zero", true}},
              {"zeros only for axes of the data"});
  ExpectBadOp("Reshape", {Matrix(), Tensor::Indices({int64_t{1} << 62, 4, -1})}, {}, {"63 bits"});
  EXPECT_EQ(EvaluateOp("Reshape", {Matrix(), Tensor::Indices({0, 3})}, {{"special_zero", true}}).Shape(),
            (Shape{2, 3}));
  EXPECT_EQ(EvaluateOp("Reshape", {Tensor(ElementType::kF32, {2, 0}), Tensor::Indices({0, 5})}).Shape(), (Shape{0, 5}));
}

TEST(Reshape, FollowsAComputedPattern) {
  // [batch, everything else], the batch taken from the data's own shape.
  const char* text = R"(
      x : f32[2,3,4]
      s = ShapeOf(x)
      a : i64[1] = {0}; b : i64[1] = {1}
      n = Slice(s, a, b, b)
      rest : i64[1] = {-1}
      p = Concat(n, rest) axis=0
      y = Reshape(x, p)
      return y)";
  EXPECT_EQ(EvaluateText(text)[0].Shape(), (Shape{2, 12}));
}

TEST(Squeeze, RefusesAxesThatAreNotOne) {
  ExpectBadOp("Squeeze", {Matrix(), Tensor::Indices({0})}, {}, {"size of axis 0: got 2, expected 1"});
  ExpectBadOp("Squeeze", {Matrix(), Tensor::Indices({2})}, {}, {"axes: got [2]"});
  ExpectBadOp("Unsqueeze", {Matrix(), Tensor::Indices({1, -3})}, {}, {"every axis once"});
  ExpectBadOp("Unsqueeze", {Matrix(), Tensor::Indices({3})}, {}, {"axes: got [3]"});
  EXPECT_EQ(EvaluateOp("Unsqueeze", {Matrix(), Tensor::Indices({2})}).Shape(), (Shape{2, 3, 1}));
}

TEST(Transpose, RefusesWhatIsNoPermutation) {
  for (const std::vector<int64_t>& order : {std::vector<int64_t>{0, 0}, {0, 2}, {0}, {0, 1, 2}, {-1, 0}}) {
    ExpectBadOp("Transpose", {Matrix(), Tensor::Indices(order)}, {}, {"order", "a permutation of the 2 axes"});
  }
}

TEST(Defaults, ReverseAllAxesAndSqueezeAllOnes) {
  ExpectValues<float>(EvaluateOp("Transpose", {Matrix(), Tensor::Indices({})}), {3, 2}, {1, 4, 2, 5, 3, 6});
  EXPECT_EQ(EvaluateOp("Squeeze", {Tensor(ElementType::kF32, {1, 3, 1, 2})}).Shape(), (Shape{3, 2}));
}

TEST(DataMovement, KeepsEveryElementType) {
  for (const ElementType type :
       {ElementType::kBool, ElementType::kF16, ElementType::kBF16, ElementType::kF32, ElementType::kF64,
        ElementType::kI8, ElementType::kU8, ElementType::kI32, ElementType::kI64}) {
    SCOPED_TRACE(ElementTypeName(type));
    const Tensor data = Tensor::FromValues<float>({2, 3}, {0, 1, 0, 1, 1, 0}).ConvertTo(type);
    const Tensor turned = Tensor::FromValues<float>({3, 2}, {0, 1, 1, 1, 0, 0}).ConvertTo(type);
    EXPECT_TRUE(EvaluateOp("Transpose", {data, Tensor::Indices({1, 0})}).Equals(turned));
    const Tensor twice = EvaluateOp("Concat", {data, data}, {{"axis", int64_t{0}}});
    EXPECT_TRUE(EvaluateOp("Tile", {data, Tensor::Indices({2, 1})}).Equals(twice));
    EXPECT_TRUE(EvaluateOp("Gather", {twice, Tensor::Indices({2, 3}), Axis(0)}).Equals(data));
    EXPECT_TRUE(EvaluateOp("GatherND", {twice, Tensor::FromValues<int64_t>({2, 1}, {2, -1})}).Equals(data));
    EXPECT_TRUE(
        EvaluateOp("Slice", {twice, Tensor::Indices({2}), Tensor::Indices({4}), Tensor::Indices({1})}).Equals(data));
    EXPECT_TRUE(EvaluateOp("Broadcast", {data.Reshaped({1, 2, 3}), Tensor::Indices({2, 2, 3})})
                    .Equals(twice.Reshaped({2, 2, 3})));
    EXPECT_EQ(EvaluateOp("Pad", {data, Tensor::Indices({1, 0}), Tensor::Indices({0, 1})}).Type(), type);
  }
}

TEST(Slice, TakesStepsOfAnySize) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min(), kHighest = std::numeric_limits<int64_t>::max();
  const Tensor data = Floats({0, 1, 2, 3});
  const auto slice = [&](int64_t start, int64_t stop, int64_t step) {
    return EvaluateOp("Slice", {data, Tensor::Indices({start}), Tensor::Indices({stop}), Tensor::Indices({step})});
  };
  ExpectValues<float>(slice(kHighest, kLowest, -1), {4}, {3, 2, 1, 0});
  ExpectValues<float>(slice(kLowest, kHighest, 1), {4}, {0, 1, 2, 3});
  ExpectValues<float>(slice(1, 4, kHighest), {1}, {1});
  ExpectValues<float>(slice(3, kLowest, kLowest), {1}, {3});
  EXPECT_EQ(slice(3, 1, 1).Shape(), Shape{0});
  ExpectBadOp("Slice", {data, Tensor::Indices({0}), Tensor::Indices({1}), Tensor::Indices({0})}, {}, {"step: got [0]"});
  ExpectBadOp(
      "Slice",
      {Matrix(), Tensor::Indices({0, 0}), Tensor::Indices({1, 1}), Tensor::Indices({1, 1}), Tensor::Indices({1, -1})},
      {}, {"every axis once"});
}

TEST(Gather, RefusesIndicesOutside) {
  const auto pick = [](int64_t index) { EvaluateOp("Gather", {Matrix(), Tensor::Indices({index}), Axis(1)}); };
  ExpectError([&] { pick(3); }, ErrorKind::kBadModel, {"index 3 is outside the 3 elements of axis 1"});
  ExpectError([&] { pick(-4); }, ErrorKind::kBadModel, {"index -4 is outside"});
  EXPECT_NO_THROW(pick(-3));
  ExpectBadOp("Gather", {Matrix(), Floats({0}), Axis(0)}, {}, {"element type of indices: got f32"});
  ExpectBadOp("Gather", {Matrix(), Tensor::Indices({0}), Axis(0)}, {{"batch_dims", int64_t{1}}}, {"batch_dims"});
  ExpectBadOp("GatherND", {Matrix(), Tensor(ElementType::kI64, {1, 3})}, {}, {"at most 2 coordinates"});
}

TEST(Broadcast, NeedsAShapeThatFits) {
  ExpectBadOp("Broadcast", {Matrix(), Tensor::Indices({2, 4})}, {}, {"target_shape: got [2,4]"});
  ExpectBadOp("Broadcast", {Matrix(), Tensor::Indices({1, 3})}, {}, {"target_shape: got [1,3]"});
  EXPECT_EQ(EvaluateOp("Broadcast", {Matrix(), Tensor::Indices({1, 3})}, {{"mode", "bidirectional"}}).Shape(),
            (Shape{2, 3}));
}

TEST(Pad, RefusesMirrorsWiderThanTheData) {
  const Tensor none = Tensor::Indices({0, 0});
  ExpectBadOp("Pad", {Matrix(), none, Tensor::Indices({0, 3})}, {{"pad_mode", "reflect"}}, {"pads of axis 1"});
  EXPECT_EQ(EvaluateOp("Pad", {Matrix(), none, Tensor::Indices({0, 2})}, {{"pad_mode", "reflect"}}).Shape(),
            (Shape{2, 5}));
  ExpectBadOp("Pad", {Matrix(), none, Tensor::Indices({0, 4})}, {{"pad_mode", "symmetric"}}, {"pads of axis 1"});
  EXPECT_EQ(EvaluateOp("Pad", {Matrix(), none, Tensor::Indices({0, 3})}, {{"pad_mode", "symmetric"}}).Shape(),
            (Shape{2, 6}));
  ExpectBadOp("Pad", {Matrix(), Tensor::Indices({0, -1}), none}, {}, {"numbers from 0"});
}

TEST(TopK, OrdersEqualsByPositionAndNanLast) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Tensor> top =
      EvaluateOpOutputs("TopK", {Floats({1, nan, 2, 2, 1}), Axis(5)}, {{"axis", int64_t{0}}});
  ExpectValues<int32_t>(top[1], {5}, {2, 3, 0, 4, 1});
  ExpectBadOp("TopK", {Floats({1, 2}), Axis(3)}, {{"axis", int64_t{0}}}, {"k: got [3]"});
}

TEST(TopK, UnstableOrderIsThatOfTheSort) {
  // 20 equal elements: std::sort exchanges them, and the heap of std::partial_sort takes its own.
  const Tensor alike = Floats(std::vector<float>(20, 1.0f));
  const auto places = [&](int64_t k, bool stable) {
    return EvaluateOpOutputs("TopK", {alike, Axis(k)}, {{"axis", int64_t{0}}, {"stable", stable}})[1]
        .ToVector<int64_t>();
  };
  std::vector<int64_t> in_order(20);
  std::iota(in_order.begin(), in_order.end(), 0);
  EXPECT_EQ(places(20, true), in_order);
  EXPECT_NE(places(20, false), in_order);
  EXPECT_EQ(places(2, true), (std::vector<int64_t>{0, 1}));
  // Up to 16 elements the sort is an insertion sort, which keeps the order.
  const Tensor few = Floats({1, 1, 2, 2, 1});
  ExpectValues<int32_t>(EvaluateOpOutputs("TopK", {few, Axis(5)}, {{"axis", int64_t{0}}, {"stable", false}})[1], {5},
                        {2, 3, 0, 1, 4});
  // NaN among many: as with stable, never astray.
  std::vector<float> many(40, 1.0f);
  for (size_t i = 0; i < many.size(); i += 3) many[i] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(EvaluateOpOutputs("TopK", {Floats(many), Axis(40)}, {{"axis", int64_t{0}}, {"stable", false}})[1]
                .ToVector<int64_t>()[0],
            1);
}

TEST(ArgMax, TakesTheFirstOfEqualsAndTheFirstNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor data = Floats({1, 5, 5, nan, 7, nan}).Reshaped({2, 3});
  ExpectValues<int32_t>(EvaluateOp("ArgMax", {data}, {{"axis", int64_t{1}}}), {2, 1}, {1, 0});
  ExpectValues<int32_t>(EvaluateOp("ArgMax", {data}, {{"axis", int64_t{-1}}, {"mode", "min"}}), {2, 1}, {0, 0});
  ExpectValues<int64_t>(EvaluateOp("ArgMax", {data}, {{"axis", int64_t{0}}, {"index_element_type", "i64"}}), {1, 3},
                        {1, 1, 1});
  ExpectBadOp("ArgMax", {Tensor(ElementType::kF32, {2, 0})}, {{"axis", int64_t{1}}}, {"at least one element"});
  ExpectBadOp("ArgMax", {data}, {{"axis", int64_t{2}}}, {"axis 2 is outside"});
}

TEST(CumSum, DirectionsAndIntegers) {
  const Tensor x = Floats({1, 2, 3, 4, 5, 6}).Reshaped({2, 3});
  const auto sum = [&](int64_t axis, bool exclusive, bool reverse) {
    return EvaluateOp("CumSum", {x, Axis(axis)}, {{"exclusive", exclusive}, {"reverse", reverse}});
  };
  ExpectValues<float>(sum(1, false, false), {2, 3}, {1, 3, 6, 4, 9, 15});
  ExpectValues<float>(sum(1, true, false), {2, 3}, {0, 1, 3, 0, 4, 9});
  ExpectValues<float>(sum(-1, false, true), {2, 3}, {6, 5, 3, 15, 11, 6});
  ExpectValues<float>(sum(0, true, true), {2, 3}, {4, 5, 6, 0, 0, 0});
  ExpectValues<uint8_t>(EvaluateOp("CumSum", {Tensor::FromValues<uint8_t>({2}, {200, 100}), Axis(0)}), {2}, {200, 44});
  ExpectBadOp("CumSum", {x, Axis(2)}, {}, {"axis 2 is outside"});
}

TEST(GatherElements, PicksAlongTheAxis) {
  const Tensor index = Tensor::FromValues<int64_t>({2, 2}, {2, -3, 0, 1});
  EXPECT_TRUE(EvaluateOp("GatherElements", {Matrix(), index}, {{"axis", int64_t{1}}})
                  .Equals(EvaluateOp("GatherND",
                                     {Matrix(), Tensor::FromValues<int64_t>({2, 2, 2}, {0, 2, 0, 0, 1, 0, 1, 1})})));
  ExpectBadOp("GatherElements", {Matrix(), index}, {{"axis", int64_t{0}}}, {"shape of indices: got [2,2]"});
  ExpectBadOp("GatherElements", {Matrix(), Floats({0})}, {{"axis", int64_t{0}}}, {"element type of indices"});
  ExpectError(
      [] {
        EvaluateOp("GatherElements", {Matrix(), Tensor::FromValues<int64_t>({2, 1}, {0, 3})}, {{"axis", int64_t{1}}});
      },
      ErrorKind::kBadModel, {"index 3 is outside the 3 elements of axis 1"});
}

TEST(Scatter, TheLastOfSeveralCounts) {
  const Tensor data = Floats({1, 2, 3, 4});
  ExpectValues<float>(
      EvaluateOp("ScatterNDUpdate", {data, Tensor::FromValues<int64_t>({3, 1}, {2, -1, 2}), Floats({7, 8, 9})}), {4},
      {1, 2, 9, 8});
  ExpectValues<float>(
      EvaluateOp("ScatterElementsUpdate", {data, Tensor::Indices({0, 0, -2}), Floats({7, 8, 9}), Axis(0)}), {4},
      {8, 2, 9, 4});
  // No coordinates: everything is replaced.
  EXPECT_TRUE(EvaluateOp("ScatterNDUpdate", {data, Tensor(ElementType::kI64, {0}), Floats({5, 6, 7, 8})})
                  .Equals(Floats({5, 6, 7, 8})));
  ExpectBadOp("ScatterNDUpdate", {data, Tensor(ElementType::kI64, {1, 2}), Floats({1})}, {}, {"at most 1 coordinates"});
  ExpectBadOp("ScatterNDUpdate", {data, Tensor(ElementType::kI64, {2, 1}), Floats({1})}, {},
              {"shape of updates: got [1], expected [2]"});
  ExpectBadOp("ScatterElementsUpdate", {data, Tensor::Indices({0, 1}), Floats({1}), Axis(0)}, {},
              {"shape of updates: got [1], expected [2]"});
  ExpectError(
      [&] {
        EvaluateOp("ScatterNDUpdate", {data, Tensor::FromValues<int64_t>({1, 1}, {4}), Floats({1})});
      },
      ErrorKind::kBadModel, {"index 4 is outside the 4 elements of axis 0"});
  ExpectError(
      [&] {
        EvaluateOp("ScatterElementsUpdate", {data, Tensor::Indices({-5}), Floats({1}), Axis(0)});
      },
      ErrorKind::kBadModel, {"index -5 is outside the 4 elements of axis 0"});
}

TEST(ReverseSequence, LeavesWhatFollows) {
  const Tensor data = Floats({1, 2, 3, 4, 5, 6}).Reshaped({2, 3});
  const auto reverse = [&](Tensor lengths) { return EvaluateOp("ReverseSequence", {data, std::move(lengths)}); };
  ExpectValues<float>(reverse(Tensor::Indices({3, 2})), {2, 3}, {3, 2, 1, 5, 4, 6});
  ExpectValues<float>(reverse(Tensor::Indices({0, 1})), {2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectValues<float>(
      EvaluateOp("ReverseSequence", {data, Floats({1, 2, 2})}, {{"batch_axis", int64_t{1}}, {"seq_axis", int64_t{0}}}),
      {2, 3}, {1, 5, 6, 4, 2, 3});
  ExpectError([&] { reverse(Tensor::Indices({1, 4})); }, ErrorKind::kBadModel, {"length 4 is outside [0, 3]"});
  ExpectBadOp("ReverseSequence", {data, Tensor::Indices({1})}, {}, {"shape of lengths: got [1], expected [2]"});
  ExpectBadOp("ReverseSequence", {data, Tensor::Indices({1, 1})}, {{"seq_axis", int64_t{0}}}, {"seq_axis: got 0"});
}

TEST(OneHot, LeavesIndicesOutsideOff) {
  ExpectValues<float>(
      EvaluateOp("OneHot", {Tensor::Indices({-1, 2, 0}), Axis(2), Tensor::Scalar(1.f), Tensor::Scalar(0.f)}), {3, 2},
      {0, 0, 0, 0, 1, 0});
}

TEST(Interpolate, NeedsOneSizePerAxis) {
  const Tensor image(ElementType::kF32, {1, 1, 4, 4});
  ExpectBadOp("Interpolate", {image, Tensor::Indices({8}), Floats({2, 2}), Tensor::Indices({2, 3})}, {},
              {"sizes: got 1 values, expected 2"});
  ExpectBadOp("Interpolate", {image, Tensor::Indices({8, 0}), Floats({2, 2}), Tensor::Indices({2, 3})}, {},
              {"expected positive sizes"});
  ExpectBadOp("Interpolate", {image, Tensor::Indices({8, 8}), Floats({2, 2}), Tensor::Indices({2, 3})},
              {{"pads_begin", std::vector<int64_t>{-1}}}, {"pads_begin"});
}

TEST(Interpolate, PadsWithZerosFirst) {
  const Tensor row = Tensor::FromValues<float>({1, 1, 1, 2}, {1, 3});
  ExpectValues<float>(EvaluateOp("Interpolate", {row, Tensor::Indices({6}), Floats({2}), Tensor::Indices({3})},
                                 {{"mode", "nearest"},
                                  {"coordinate_transformation_mode", "asymmetric"},
                                  {"nearest_mode", "floor"},
                                  {"pads_begin", std::vector<int64_t>{0, 0, 0, 1}}}),
                      {1, 1, 1, 6}, {0, 0, 1, 1, 3, 3});
}

TEST(Recurrent, RefusesWeightsOfOtherShapes) {
  const auto tensor = [](Shape shape) { return Tensor(ElementType::kF32, std::move(shape)); };
  const std::vector<Tensor> right = {tensor({1, 2, 3}),  tensor({1, 1, 4}),  Tensor::Indices({2}),
                                     tensor({1, 12, 3}), tensor({1, 12, 4}), tensor({1, 12})};
  EXPECT_NO_THROW(EvaluateOp("GRUSequence", right, {{"hidden_size", int64_t{4}}}));
  for (size_t i = 1; i < right.size(); ++i) {
    std::vector<Tensor> wrong = right;
    wrong[i] = i == 2 ? Tensor::Indices({2, 2}) : tensor({1, 7});
    ExpectBadOp("GRUSequence", wrong, {{"hidden_size", int64_t{4}}}, {"shape of "});
  }
  // The bias of linear_before_reset has a fourth part.
  ExpectBadOp("GRUSequence", right, {{"hidden_size", int64_t{4}}, {"linear_before_reset", true}},
              {"shape of B: got [1,12], expected [1,16]"});
  ExpectBadOp("GRUSequence", right, {{"hidden_size", int64_t{4}}, {"activations", std::vector<std::string>{"sigmoid"}}},
              {"activations"});
  ExpectBadOp("GRUSequence", right,
              {{"hidden_size", int64_t{4}}, {"activations", std::vector<std::string>{"sigmoid", "softmax"}}},
              {"activations"});
}

TEST(Recurrent, ClipsWhatActivationsSee) {
  // One step from a zero state: h = relu(w * x), and relu(0.5) with the clip.
  const auto run = [](double clip) {
    return EvaluateOp("RNNSequence",
                      {Tensor::FromValues<float>({1, 1, 1}, {2}), Tensor(ElementType::kF32, {1, 1, 1}),
                       Tensor::Indices({1}), Tensor::FromValues<float>({1, 1, 1}, {3}),
                       Tensor(ElementType::kF32, {1, 1, 1}), Tensor(ElementType::kF32, {1, 1})},
                      {{"hidden_size", int64_t{1}}, {"activations", std::vector<std::string>{"relu"}}, {"clip", clip}});
  };
  ExpectValues<float>(run(0.0), {1, 1, 1, 1}, {6});
  ExpectValues<float>(run(0.5), {1, 1, 1, 1}, {0.5});
}

TEST(MultiBoxDetection, RefusesShapesThatDoNotBelongTogether) {
  const auto tensor = [](Shape shape) { return Tensor(ElementType::kF32, std::move(shape)); };
  EXPECT_EQ(EvaluateOp("MultiBoxDetection", {tensor({2, 3, 5}), tensor({2, 20}), tensor({1, 5, 4})}).Shape(),
            (Shape{2, 5, 6}));
  ExpectBadOp("MultiBoxDetection", {tensor({2, 3, 5}), tensor({2, 19}), tensor({1, 5, 4})}, {},
              {"shape of loc_pred: got [2,19], expected [2,20]"});
  ExpectBadOp("MultiBoxDetection", {tensor({2, 3, 5}), tensor({2, 20}), tensor({1, 4, 4})}, {}, {"shape of anchors"});
  ExpectBadOp("MultiBoxDetection", {tensor({2, 3, 5}), tensor({2, 20}), tensor({1, 5, 4})},
              {{"variances", std::vector<double>{1, 1, 1}}}, {"variances"});
}

TEST(MultiBoxPrior, RefusesHalfStatedSteps) {
  const Tensor map(ElementType::kF32, {1, 1, 2, 3});
  EXPECT_EQ(EvaluateOp("MultiBoxPrior", {map},
                       {{"sizes", std::vector<double>{0.1, 0.2}}, {"ratios", std::vector<double>{1, 2, 3}}})
                .Shape(),
            (Shape{1, 24, 4}));
  ExpectBadOp("MultiBoxPrior", {map}, {{"steps", std::vector<double>{-1, 0.5}}}, {"steps"});
  ExpectBadOp("MultiBoxPrior", {map}, {{"offsets", std::vector<double>{0.5, 1.5}}}, {"offsets"});
  ExpectBadOp("MultiBoxPrior", {map}, {{"sizes", std::vector<double>{}}}, {"sizes"});
  ExpectBadOp("MultiBoxPrior", {Tensor(ElementType::kF32, {1, 2, 3})}, {}, {"shape of data"});
}

}  // namespace
}  // namespace moir::test

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Tensor Reduce(const char* op, const Tensor& x, const std::vector<int64_t>& axes, bool keep_dims = false) {
  return EvaluateOp(op, {x, Tensor::Indices(axes)}, {{"keep_dims", keep_dims}});
}

TEST(Reduce, EveryKindByHand) {
  const Tensor x = Tensor::FromValues<float>({2, 3}, {1, -2, 3, -4, 5, 6});
  ExpectValues<float>(Reduce("ReduceSum", x, {1}), {2}, {2, 7});
  ExpectValues<float>(Reduce("ReduceMean", x, {0}), {3}, {-1.5f, 1.5f, 4.5f});
  ExpectValues<float>(Reduce("ReduceMax", x, {-1}), {2}, {3, 6});
  ExpectValues<float>(Reduce("ReduceMin", x, {-2}), {3}, {-4, -2, 3});
  ExpectValues<float>(Reduce("ReduceProd", x, {1}), {2}, {-6, -120});
  ExpectValues<float>(Reduce("ReduceL1", x, {0, 1}), {}, {21});
  ExpectValues<float>(Reduce("ReduceL2", x, {1, 0}), {}, {std::sqrt(91.0f)});
}

TEST(Reduce, ShapesWithAndWithoutTheAxes) {
  const Tensor x(ElementType::kF32, {2, 3, 4});
  EXPECT_EQ(Reduce("ReduceSum", x, {0, 2}).Shape(), Shape{3});
  EXPECT_EQ(Reduce("ReduceSum", x, {0, 2}, true).Shape(), (Shape{1, 3, 1}));
  EXPECT_EQ(Reduce("ReduceSum", x, {0, 1, 2}).Shape(), Shape{});
  EXPECT_EQ(Reduce("ReduceSum", x, {}).Shape(), x.Shape());
  EXPECT_EQ(EvaluateOp("ReduceSum", {x, Tensor::Scalar<int32_t>(-1)}).Shape(), (Shape{2, 3}));
}

TEST(Reduce, WithoutAxesEveryElementIsAGroup) {
  const Tensor x = Tensor::FromValues<float>({2}, {-3, 4});
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"})
    ExpectValues<float>(Reduce(op, x, {}), {2}, {-3, 4});
  for (const char* op : {"ReduceL1", "ReduceL2"}) ExpectValues<float>(Reduce(op, x, {}), {2}, {3, 4});
}

TEST(Reduce, NothingToReduce) {
  const Tensor x(ElementType::kF32, {2, 0});
  ExpectValues<float>(Reduce("ReduceSum", x, {1}), {2}, {0, 0});
  ExpectValues<float>(Reduce("ReduceProd", x, {1}), {2}, {1, 1});
  ExpectValues<float>(Reduce("ReduceMean", x, {1}), {2}, {kNan, kNan});
  ExpectValues<float>(Reduce("ReduceMax", x, {1}), {2}, {-kInfinity, -kInfinity});
  ExpectValues<float>(Reduce("ReduceMin", x, {1}), {2}, {kInfinity, kInfinity});
}

TEST(Reduce, NanAndIntegers) {
  const Tensor x = Tensor::FromValues<float>({3}, {1, kNan, -1});
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"})
    ExpectValues<float>(Reduce(op, x, {0}), {}, {kNan});
  const Tensor i = Tensor::FromValues<int64_t>({3}, {(int64_t{1} << 60) + 1, -2, 1});
  ExpectValues<int64_t>(Reduce("ReduceSum", i, {0}), {}, {int64_t{1} << 60});
  ExpectValues<int64_t>(Reduce("ReduceMax", i, {0}), {}, {(int64_t{1} << 60) + 1});
  ExpectValues<int64_t>(Reduce("ReduceL1", i, {0}), {}, {(int64_t{1} << 60) + 4});
  ExpectValues<int32_t>(Reduce("ReduceProd", Tensor::FromValues<int32_t>({3}, {-2, 3, 4}), {0}), {}, {-24});
  ExpectValues<uint8_t>(Reduce("ReduceMin", Tensor::FromValues<uint8_t>({2}, {200, 100}), {0}), {}, {100});
  // In float the 1 would be lost.
  ExpectValues<float>(Reduce("ReduceSum", Tensor::FromValues<float>({3}, {1e8f, 1, -1e8f}), {0}), {}, {1});
}

TEST(Reduce, RefusesWhatDoesNotFit) {
  const Tensor x(ElementType::kF32, {2, 3}), i(ElementType::kI32, {2, 3}), axes = Tensor::Indices({1});
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"}) {
    SCOPED_TRACE(op);
    ExpectBadOp(op, {x, Tensor::Indices({2})}, {}, {"node \"op\"", "axis 2 is outside [-2, 2)"});
    ExpectBadOp(op, {x, Tensor::Indices({0, -2})}, {}, {"axes [0,-2]: axis 0 is listed twice"});
    ExpectBadOp(op, {x, Tensor::Scalar(1.0f)}, {}, {"element type of axes: got f32, expected i32 or i64"});
    ExpectBadOp(op, {x, Tensor::FromValues<int64_t>({1, 1}, {0})}, {}, {"shape of axes: got [1,1]"});
    ExpectBadOp(op, {Tensor(ElementType::kBool, {2}), Tensor::Indices({0})}, {}, {"got boolean"});
  }
  for (const char* op : {"ReduceMean", "ReduceL2"})
    ExpectBadOp(op, {i, axes}, {}, {"got i32, expected f16, bf16, f32 or f64"});
  // Axes that depend on the model's inputs.
  Graph graph;
  const auto data = graph.AddParameter("x", ElementType::kF32, {2, 3})->Output();
  const auto unknown = graph.AddParameter("axes", ElementType::kI64, {1})->Output();
  ExpectError(
      [&] {
        graph.Add("ReduceSum", "y", {data, unknown});
      },
      ErrorKind::kUnsupported, {"node \"y\" (ReduceSum): input 1 (axes) must be known"});
}

}  // namespace
}  // namespace moir::test

#include "graph/shape.h"

#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

TEST(ShapeTest, CountsAndStrides) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.NumElements(), 24);
  EXPECT_EQ(shape.NumElements(1, 3), 12);
  EXPECT_EQ(shape.NumElements(3, 3), 1);
  EXPECT_EQ(Shape{}.NumElements(), 1);
  EXPECT_EQ((Shape{2, 0, 3}).NumElements(), 0);
  EXPECT_EQ(shape.Strides(), (std::vector<int64_t>{12, 4, 1}));
  EXPECT_EQ(shape.ToString(), "[2,3,4]");
  EXPECT_EQ(Shape{}.ToString(), "[]");
  ExpectError([] { (Shape{2, -1}).NumElements(); }, ErrorKind::kBadModel, {"shape [2,-1]: size -1 on axis 1"});
  ExpectError([] { (Shape{int64_t{1} << 32, int64_t{1} << 32}).NumElements(); }, ErrorKind::kBadModel, {"63 bits"});
}

TEST(ShapeTest, NormalizesAxes) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.NormalizeAxis(2), 2);
  EXPECT_EQ(shape.NormalizeAxis(-1), 2);
  EXPECT_EQ(shape.NormalizeAxis(-3), 0);
  ExpectError([&] { shape.NormalizeAxis(3); }, ErrorKind::kBadModel, {"axis 3 is outside [-3, 3) for shape [2,3,4]"});
  ExpectError([&] { shape.NormalizeAxis(-4); }, ErrorKind::kBadModel, {"axis -4"});
  ExpectError([] { Shape{}.NormalizeAxis(0); }, ErrorKind::kBadModel, {"axis 0"});
}

TEST(ShapeTest, Broadcasts) {
  EXPECT_EQ(graph::BroadcastShapes({2, 1, 3}, {4, 1}), (Shape{2, 4, 3}));
  EXPECT_EQ(graph::BroadcastShapes({}, {4, 1}), (Shape{4, 1}));
  EXPECT_EQ(graph::BroadcastShapes({1}, {0}), Shape{0});
  ExpectError([] { graph::BroadcastShapes({2}, {3}); }, ErrorKind::kBadModel, {"shapes [2] and [3] do not broadcast"});
  EXPECT_TRUE(graph::BroadcastsTo({3, 1}, {2, 3, 4}));
  EXPECT_FALSE(graph::BroadcastsTo({3}, {2, 3, 4}));
  EXPECT_FALSE(graph::BroadcastsTo({2, 3}, {3}));
  EXPECT_FALSE(graph::BroadcastsTo({2}, {1}));
  EXPECT_EQ(graph::BroadcastStrides({3, 1, 5}, {2, 3, 4, 5}), (std::vector<int64_t>{0, 5, 0, 1}));
  ExpectError([] { graph::BroadcastStrides({2}, {3}); }, ErrorKind::kBadModel, {"shape [2] does not broadcast to [3]"});
}

}  // namespace
}  // namespace moir::test

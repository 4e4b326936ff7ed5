#include "ie_runtime/apps/common/detections.h"

#include <cmath>
#include <limits>

#include "ie_runtime/apps/common/drawing.h"
#include "tests/ie_runtime/apps/app_testing.h"

namespace moir::apps {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(DetectionsTest, ReadsMxnetRowsPerPicture) {
  const Tensor output =
      MakeTensor<float>(ElementType::kF32, {2, 2, 6}, {1, 0.9f, 0.1f, 0.2f, 0.3f, 0.4f, -1, 0.8f, 0,     0, 1,    1,  //
                                                       0, 0.4f, 0,    0,    1,    1,    2,  0.5f, -0.5f, 0, 1.5f, 1});
  const auto found = ReadDetections(output, 2, 0.5, "m.xml");
  ASSERT_EQ(found.size(), 2u);
  ASSERT_EQ(found[0].size(), 1u);
  EXPECT_EQ(found[0][0].class_index, 1);
  EXPECT_FLOAT_EQ(found[0][0].score, 0.9f);
  EXPECT_FLOAT_EQ(found[0][0].box.xmin, 0.1f);
  EXPECT_FLOAT_EQ(found[0][0].box.ymin, 0.2f);
  EXPECT_FLOAT_EQ(found[0][0].box.xmax, 0.3f);
  EXPECT_FLOAT_EQ(found[0][0].box.ymax, 0.4f);
  ASSERT_EQ(found[1].size(), 1u);
  EXPECT_EQ(found[1][0].class_index, 2);
  EXPECT_FLOAT_EQ(found[1][0].box.xmin, -0.5f);
}

TEST(DetectionsTest, ReadsDetectionOutputUpToTheEndMark) {
  const Tensor output =
      MakeTensor<float>(ElementType::kF32, {1, 1, 4, 7}, {1,  3, 0.9f, 0, 0, 1, 1, 0, 2, 0.8f, 0, 0, 1, 1,  //
                                                          -1, 0, 0,    0, 0, 0, 0, 0, 7, 1,    0, 0, 1, 1});
  const auto found = ReadDetections(output, 2, 0, "m.xml");
  ASSERT_EQ(found[0].size(), 1u);
  EXPECT_EQ(found[0][0].class_index, 2);
  ASSERT_EQ(found[1].size(), 1u);
  EXPECT_EQ(found[1][0].class_index, 3);
}

TEST(DetectionsTest, LeavesOutWhatIsNotFinite) {
  const Tensor output = MakeTensor<float>(ElementType::kF32, {1, 3, 6},
                                          {1, kNan, 0, 0, 1, 1, 1, 0.9f, 0, -kInfinity, 1, 1, 1, 0.9f, 0, 0, 1, kNan});
  EXPECT_TRUE(ReadDetections(output, 1, 0, "m.xml")[0].empty());
}

TEST(DetectionsTest, RefusesWhatIsNoIndex) {
  const auto mxnet = [](float value) {
    ReadDetections(MakeTensor<float>(ElementType::kF32, {1, 1, 6}, {value, 1, 0, 0, 1, 1}), 1, 0, "m.xml");
  };
  ExpectError(ErrorKind::kBadModel, "m.xml: row 0: class 0.5", [&] { mxnet(0.5f); });
  ExpectError(ErrorKind::kBadModel, "class nan", [&] { mxnet(kNan); });
  ExpectError(ErrorKind::kBadModel, "class inf", [&] { mxnet(kInfinity); });
  ExpectError(ErrorKind::kBadModel, "class 1e+30", [&] { mxnet(1e30f); });
  const auto layer = [](float picture) {
    ReadDetections(MakeTensor<float>(ElementType::kF32, {1, 1, 1, 7}, {picture, 1, 1, 0, 0, 1, 1}), 2, 0, "m.xml");
  };
  ExpectError(ErrorKind::kBadModel, "picture 2 of a batch of 2", [&] { layer(2); });
  ExpectError(ErrorKind::kBadModel, "picture nan", [&] { layer(kNan); });
  ExpectError(ErrorKind::kBadModel, "boxes of 1 pictures, expected 2", [] {
    ReadDetections(Tensor(ElementType::kF32, {1, 1, 6}), 2, 0, "m.xml");
  });
}

TEST(DrawingTest, StaysWithinThePictureForAnyBox) {
  Picture picture{.width = 50, .height = 40, .channels = 3};
  picture.pixels.assign(50 * 40 * 3, 0);
  for (const Box& box : {Box{-1e30, -2, 1e30, 7}, Box{0.9, 0.9, 0.1, 0.1}, Box{0.2, 0.2, 0.8, 0.8}})
    DrawBox(picture, box, 123456, "a text that is far longer than the picture is wide");
  EXPECT_EQ(picture.pixels.size(), 50u * 40 * 3);
}

TEST(DrawingTest, DrawsTheEdgesWhereTheBoxIs) {
  Picture picture{.width = 100, .height = 100, .channels = 3};
  picture.pixels.assign(100 * 100 * 3, 7);
  DrawBox(picture, {0.25, 0.5, 0.75, 0.9}, 0, "");
  const auto drawn = [&](int x, int y) { return picture.pixels[static_cast<size_t>(y * 100 + x) * 3] != 7; };
  for (const int x : {25, 50, 75}) EXPECT_TRUE(drawn(x, 90)) << x;
  for (const int y : {60, 80}) {
    EXPECT_TRUE(drawn(25, y)) << y;
    EXPECT_TRUE(drawn(75, y)) << y;
    EXPECT_FALSE(drawn(24, y)) << y;
    EXPECT_FALSE(drawn(50, y)) << y;
    EXPECT_FALSE(drawn(76, y)) << y;
  }
}

}  // namespace
}  // namespace moir::apps

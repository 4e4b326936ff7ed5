#include "ie_runtime/apps/common/values.h"

#include <cmath>
#include <limits>

#include "ie_runtime/apps/common/labels.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

std::vector<int64_t> Indices(const Summary& summary) {
  std::vector<int64_t> indices;
  for (const IndexedValue& top : summary.top) indices.push_back(top.index);
  return indices;
}

TEST(ValuesTest, FindsRangeMeanAndLargest) {
  const Summary summary = Summarize(MakeTensor<float>(ElementType::kF32, {2, 2}, {-1, 3, 0, 2}), 2);
  EXPECT_EQ(summary.min, -1);
  EXPECT_EQ(summary.max, 3);
  EXPECT_EQ(summary.mean, 1);
  EXPECT_EQ(summary.not_finite, 0);
  EXPECT_EQ(Indices(summary), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(summary.top[1].value, 2);
}

TEST(ValuesTest, KeepsEqualValuesInOrderAndTakesNoMoreThanThereAre) {
  EXPECT_EQ(Indices(Summarize(MakeTensor<int32_t>(ElementType::kI32, {3}, {5, 7, 5}), 10)),
            (std::vector<int64_t>{1, 0, 2}));
  EXPECT_TRUE(Summarize(Tensor(ElementType::kF32, {0}), 3).top.empty());
}

TEST(ValuesTest, CountsWhatIsNotFinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Summary summary = Summarize(MakeTensor<float>(ElementType::kF32, {4}, {std::nanf(""), 1, kInfinity, 2}), 4);
  EXPECT_EQ(summary.not_finite, 2);
  EXPECT_EQ(summary.min, 1);
  EXPECT_EQ(summary.max, 2);
  EXPECT_EQ(summary.mean, 1.5);
  EXPECT_EQ(Indices(summary), (std::vector<int64_t>{2, 3, 1}));
}

TEST(ValuesTest, ReadsSixteenBitFloats) {
  EXPECT_EQ(Summarize(MakeTensor<uint16_t>(ElementType::kF16, {2}, {0x3c00, 0xc000}), 1).min, -2);
}

TEST(LabelsTest, ReadsTheFileGivenOrTheOneBesideTheModel) {
  const test::TempFolder folder;
  folder.Write("m.labels", "cat\r\ndog\n");
  const std::string other = folder.Write("other", "one\ntwo words\nthree");
  EXPECT_EQ(ReadLabels("", folder.File("m.xml")), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(ReadLabels(other, folder.File("m.xml")), (std::vector<std::string>{"one", "two words", "three"}));
  EXPECT_TRUE(ReadLabels("", folder.File("n.xml")).empty());
  ExpectError(ErrorKind::kIo, "nothing", [&] { ReadLabels(folder.File("nothing"), folder.File("m.xml")); });
}

}  // namespace
}  // namespace moir::apps

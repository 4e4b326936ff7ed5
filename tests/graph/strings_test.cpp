#include "graph/strings.h"

#include <gtest/gtest.h>

#include <limits>

namespace moir::test {
namespace {

TEST(Strings, TrimsAndSplits) {
  EXPECT_EQ(graph::Trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(graph::Trim(" "), "");
  EXPECT_EQ(graph::Split("a, b,,c ", ','), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(graph::Split("", ','), (std::vector<std::string>{""}));
  EXPECT_EQ(graph::Join(std::vector<int>{1, 2, 3}, ", "), "1, 2, 3");
  EXPECT_EQ(graph::Join(std::vector<int>{}, ","), "");
  EXPECT_EQ(graph::StrCat("a", 1, 2.5), "a12.5");
}

TEST(Strings, ParsesWholeNumbersOnly) {
  EXPECT_EQ(graph::ParseInt(" -12 "), -12);
  EXPECT_EQ(graph::ParseInt("+3"), 3);
  EXPECT_EQ(graph::ParseInt("9223372036854775807"), std::numeric_limits<int64_t>::max());
  for (const char* text : {"", "1.0", "1x", "x", "9223372036854775808", "1 2"})
    EXPECT_FALSE(graph::ParseInt(text)) << text;
  EXPECT_EQ(graph::ParseDouble("1e-3"), 1e-3);
  EXPECT_EQ(graph::ParseDouble("inf"), std::numeric_limits<double>::infinity());
  for (const char* text : {"", "1,5", "1.5.2", "e"}) EXPECT_FALSE(graph::ParseDouble(text)) << text;
}

TEST(Strings, FormatsTheShortestTextThatReadsBack) {
  EXPECT_EQ(graph::FormatDouble(0.1), "0.1");
  EXPECT_EQ(graph::FormatFloat(0.1f), "0.1");
  EXPECT_EQ(graph::FormatDouble(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(graph::FormatFloat(16777216), "16777216");
}

TEST(Strings, FindsTheNearestName) {
  const std::vector<std::string> names = {"Convolution", "Pooling", "Softmax"};
  EXPECT_EQ(graph::EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(graph::EditDistance("ABC", "abc"), 0u);
  EXPECT_EQ(graph::NearestName("convolutoin", names), "Convolution");
  EXPECT_EQ(graph::NearestName("SoftMaxx", names), "Softmax");
  EXPECT_EQ(graph::NearestName("Embedding", names), "");
  EXPECT_EQ(graph::NearestName("x", {}), "");
}

}  // namespace
}  // namespace moir::test

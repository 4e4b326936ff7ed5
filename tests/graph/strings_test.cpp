#include "graph/strings.h"

#include <gtest/gtest.h>

#include <iomanip>
#include <limits>
#include <sstream>

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

// Most parts go without a stream; the text must be the one that a stream makes.
TEST(Strings, PutsPartsOfAllTypesTogether) {
  const char* text = "text";
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  const size_t largest = std::numeric_limits<size_t>::max();
  const auto expect = [](const std::string& got, const auto&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    EXPECT_EQ(got, out.str());
  };
  expect(graph::StrCat("a", std::string("b\0c", 3), std::string_view("d"), 'e', -7, lowest, largest), "a",
         std::string("b\0c", 3), std::string_view("d"), 'e', -7, lowest, largest);
  expect(graph::StrCat(text, 1.5, true, 3u, 2.0f, uint8_t{65}, "z"), text, 1.5, true, 3u, 2.0f, uint8_t{65}, "z");
  expect(graph::StrCat(17, std::setw(5), 17, std::setprecision(3), 1.23456, "z"), 17, std::setw(5), 17,
         std::setprecision(3), 1.23456, "z");
  expect(graph::StrCat("", std::string()), "");
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

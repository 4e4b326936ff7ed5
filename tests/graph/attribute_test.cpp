#include "graph/attribute.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Attribute;

TEST(AttributeTest, TextGoesBothWaysWithItsType) {
  const Attribute values[] = {true,
                              false,
                              int64_t{-3},
                              std::numeric_limits<int64_t>::max(),
                              0.5,
                              2.0,
                              1e300,
                              -std::numeric_limits<double>::infinity(),
                              std::string(),
                              std::string("a \"b\" \\ \n, ] c"),
                              std::string("true"),
                              std::string("3"),
                              std::vector<int64_t>{},
                              std::vector<int64_t>{1, -2},
                              std::vector<double>{},
                              std::vector<double>{1, 2.5, 1e-9},
                              std::vector<std::string>{},
                              std::vector<std::string>{"a", "b,c", "]"},
                              std::vector<std::string>{""}};
  for (const Attribute& value : values) {
    const std::string text = graph::FormatAttribute(value);
    EXPECT_EQ(graph::ParseAttribute(text), value) << text;
  }
  EXPECT_EQ(graph::FormatAttribute(2.0), "2.0");
  EXPECT_EQ(graph::FormatAttribute(std::vector<double>{1}), "[1.0]");
  EXPECT_EQ(graph::ParseAttribute(" [ 1 , 2 ] "), Attribute(std::vector<int64_t>{1, 2}));
  EXPECT_EQ(graph::ParseAttribute("[1,2.5]"), Attribute(std::vector<double>{1, 2.5}));
}

TEST(AttributeTest, RefusesOtherText) {
  for (const char* text : {"", "yes", "[1", "\"a", "\"a\"b", "[1,x]", "[1.5,x]", "[\"a\",1]", "[\"a\" \"b\"]", "1x",
                           "--1", "9223372036854775808"}) {
    SCOPED_TRACE(text);
    ExpectError([&] { graph::ParseAttribute(text); }, ErrorKind::kBadModel, {"attribute value \""});
  }
}

TEST(AttributeTest, NamesItsTypes) {
  EXPECT_EQ(graph::AttributeTypeName(true), "bool");
  EXPECT_EQ(graph::AttributeTypeName(int64_t{1}), "int");
  EXPECT_EQ(graph::AttributeTypeName(1.0), "double");
  EXPECT_EQ(graph::AttributeTypeName(std::string()), "string");
  EXPECT_EQ(graph::AttributeTypeName(std::vector<int64_t>{}), "ints");
  EXPECT_EQ(graph::AttributeTypeName(std::vector<double>{}), "doubles");
  EXPECT_EQ(graph::AttributeTypeName(std::vector<std::string>{}), "strings");
}

}  // namespace
}  // namespace moir::test

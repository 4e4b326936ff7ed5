#include "graph/ir/attribute_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "graph/error.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Attribute;
using graph::AttributeFromText;
using graph::AttributeToText;

TEST(AttributeText, KeepsEveryValue) {
  const std::vector<Attribute> values = {true,
                                         false,
                                         int64_t{-7},
                                         std::numeric_limits<int64_t>::max(),
                                         0.1,
                                         1.0,
                                         -1e-30,
                                         std::numeric_limits<double>::max(),
                                         std::numeric_limits<double>::infinity(),
                                         std::string("relu"),
                                         std::string(),
                                         std::string("a, \"b\"\n"),
                                         std::vector<int64_t>{},
                                         std::vector<int64_t>{1, -2},
                                         std::vector<double>{},
                                         std::vector<double>{0.1, 2.0},
                                         std::vector<std::string>{},
                                         std::vector<std::string>{""},
                                         std::vector<std::string>{"", ""},
                                         std::vector<std::string>{"tanh", "a,b", "back\\slash", "\\e", "e"}};
  for (const Attribute& value : values) {
    const std::string text = AttributeToText(value);
    EXPECT_EQ(AttributeFromText(text, value), value) << text;
  }
}

TEST(AttributeText, SpellsAsFilesDo) {
  EXPECT_EQ(AttributeToText(std::vector<int64_t>{3, 3}), "3,3");
  EXPECT_EQ(AttributeToText(true), "true");
  EXPECT_EQ(AttributeToText(0.0078125), "0.0078125");
  EXPECT_EQ(std::get<std::vector<int64_t>>(AttributeFromText(" 1, 2 ", std::vector<int64_t>{})),
            (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(std::get<int64_t>(AttributeFromText("2.0", int64_t{0})), 2);
  EXPECT_EQ(std::get<double>(AttributeFromText("1", 0.0)), 1.0);
  EXPECT_EQ(std::get<bool>(AttributeFromText("True", false)), true);
  EXPECT_EQ(std::get<bool>(AttributeFromText("0", true)), false);
}

TEST(AttributeText, RefusesOtherTypes) {
  for (const auto& [text, like] : std::vector<std::pair<std::string, Attribute>>{{"2.5", int64_t{0}},
                                                                                 {"", int64_t{0}},
                                                                                 {"1e300", int64_t{0}},
                                                                                 {"x", 0.0},
                                                                                 {"yes", false},
                                                                                 {"1,,2", std::vector<int64_t>{}},
                                                                                 {"1,a", std::vector<double>{}}}) {
    ExpectError([&, &t = text, &l = like] { AttributeFromText(t, l); }, ErrorKind::kBadModel, {"got \"", "expected"});
  }
}

}  // namespace
}  // namespace moir::test

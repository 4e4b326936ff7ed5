#include "mo/mxnet/attributes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ElementType;
using graph::ErrorKind;
using Ints = std::vector<int64_t>;
using OptionalInts = std::vector<std::optional<int64_t>>;

Attributes Of(std::string value) { return Attributes({{"a", std::move(value)}}, "m.json: node \"n\" (Op)"); }

void ExpectRefused(const std::function<void(const Attributes&)>& read, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    SCOPED_TRACE(value);
    const Attributes attributes = Of(value);
    test::ExpectError([&] { read(attributes); }, ErrorKind::kBadModel,
                      {"m.json: node \"n\" (Op): attribute a: got \"" + value + "\", expected "});
  }
}

TEST(Attributes, ReadsBooleansInEverySpelling) {
  for (const char* text : {"True", "true", "TRUE", "1"}) EXPECT_TRUE(Of(text).Bool("a")) << text;
  for (const char* text : {"False", "false", "0"}) EXPECT_FALSE(Of(text).Bool("a", true)) << text;
  EXPECT_TRUE(Of("False").Bool("b", true));
  EXPECT_EQ(Of("None").OptionalBool("a"), std::nullopt);
  EXPECT_EQ(Of("True").OptionalBool("a"), true);
  ExpectRefused([](const Attributes& a) { a.Bool("a"); }, {"yes", "2", "", "None"});
}

TEST(Attributes, ReadsIntegersAsMXNetDoes) {
  EXPECT_EQ(Of("3").Int("a"), 3);
  EXPECT_EQ(Of(" -3 ").Int("a"), -3);
  EXPECT_EQ(Of("3L").Int("a"), 3);
  EXPECT_EQ(Of("3").Int("b", 7), 7);
  EXPECT_EQ(Of("9223372036854775807").Int("a"), INT64_MAX);
  EXPECT_EQ(Of("None").OptionalInt("a"), std::nullopt);
  EXPECT_EQ(Of("1").OptionalInt("b"), std::nullopt);
  EXPECT_EQ(Of("1").OptionalInt("a"), 1);
  ExpectRefused([](const Attributes& a) { a.Int("a", 0); },
                {"1e3", "3.0", "True", "0x10", "", "L", "3 L", "9223372036854775808", "(3,)", "None"});
}

TEST(Attributes, ReadsNumbers) {
  EXPECT_EQ(Of("1e-05").Double("a"), 1e-5);
  EXPECT_EQ(Of(".5").Double("a"), 0.5);
  EXPECT_EQ(Of("5.").Double("a"), 5);
  EXPECT_EQ(Of("1f").Double("a"), 1);
  EXPECT_EQ(Of("-inf").Double("a"), -INFINITY);
  EXPECT_TRUE(std::isnan(Of("nan").Double("a")));
  EXPECT_EQ(Of("1").Double("b", 0.25), 0.25);
  EXPECT_EQ(Of("None").OptionalDouble("a"), std::nullopt);
  ExpectRefused([](const Attributes& a) { a.Double("a"); }, {"1,5", "0x1p3", "True", "", "f", "1e400"});
}

TEST(Attributes, ReadsTuplesInEverySpelling) {
  for (const char* text : {"(1, 2)", "[1, 2]", "(1L, 2L)", "[1,2]", "( 1 , 2 , )", " (1,2) "}) {
    EXPECT_EQ(Of(text).Ints("a"), (Ints{1, 2})) << text;
  }
  EXPECT_EQ(Of("(3,)").Ints("a"), (Ints{3}));
  EXPECT_EQ(Of("(-1)").Ints("a"), (Ints{-1}));
  EXPECT_EQ(Of("3").Ints("a"), (Ints{3}));
  EXPECT_TRUE(Of("()").Ints("a", {5}).empty());
  EXPECT_TRUE(Of("[]").Ints("a").empty());
  EXPECT_EQ(Of("None").Ints("a", {5}), (Ints{5}));
  EXPECT_EQ(Of("(1,)").Ints("b", {5}), (Ints{5}));
  EXPECT_EQ(Of("None").OptionalIntTuple("a"), std::nullopt);
  EXPECT_EQ(Of("(0.5, 1, 2e-1)").Doubles("a"), (std::vector<double>{0.5, 1, 0.2}));
  EXPECT_EQ(Of("(0.5,)").Doubles("b", {1, 2}), (std::vector<double>{1, 2}));
  ExpectRefused([](const Attributes& a) { a.Ints("a"); }, {"(1, 2", "1, 2", "(1 2)", "(1,2)x", "(1.0,2)", "(1,,2)",
                                                           "((1,2))", "(,)", "", "None", "(1, None)", ")"});
}

TEST(Attributes, CountsTupleElements) {
  EXPECT_EQ(Of("(2, 3)").Ints("a", {1, 1}, 2), (Ints{2, 3}));
  EXPECT_EQ(Of("()").Ints("a", {1, 1}, 2), (Ints{1, 1}));
  EXPECT_EQ(Of("()").Ints("b", {1, 1}, 2), (Ints{1, 1}));
  test::ExpectError(
      [] {
        Of("(3,)").Ints("a", {1, 1}, 2);
      },
      ErrorKind::kBadModel, {"attribute a: got \"(3,)\", expected 2 values"});
}

TEST(Attributes, ReadsNoneInsideTuples) {
  EXPECT_EQ(Of("(None, 1)").OptionalInts("a"), (OptionalInts{std::nullopt, 1}));
  EXPECT_EQ(Of("(None,)").OptionalInts("a"), (OptionalInts{std::nullopt}));
  EXPECT_EQ(Of("[1L, None]").OptionalInts("a"), (OptionalInts{1, std::nullopt}));
  EXPECT_TRUE(Of("None").OptionalInts("a", false).empty());
  EXPECT_TRUE(Of("(1,)").OptionalInts("b", false).empty());
  ExpectRefused([](const Attributes& a) { a.OptionalInts("a"); }, {"(none, 1)", "None", "(1, Non)"});
}

TEST(Attributes, ReadsTypesByNameAndNumber) {
  EXPECT_EQ(Of("float32").DType("a"), ElementType::kF32);
  EXPECT_EQ(Of("float16").DType("a"), ElementType::kF16);
  EXPECT_EQ(Of("bfloat16").DType("a"), ElementType::kBF16);
  EXPECT_EQ(Of("bool").DType("a"), ElementType::kBool);
  EXPECT_EQ(Of("uint8").DType("a"), ElementType::kU8);
  EXPECT_EQ(Of("0").DType("a"), ElementType::kF32);
  EXPECT_EQ(Of("6").DType("a"), ElementType::kI64);
  EXPECT_EQ(Of("float32").DType("b", ElementType::kI32), ElementType::kI32);
  EXPECT_EQ(Of("None").OptionalDType("a"), std::nullopt);
  EXPECT_EQ(Of("float64").OptionalDType("a"), ElementType::kF64);
  ExpectRefused([](const Attributes& a) { a.DType("a"); }, {"float", "13", "-1", "", "f32"});
  test::ExpectError([] { Of("int16").DType("a"); }, ErrorKind::kUnsupported, {"attribute a", "int16"});
  test::ExpectError([] { Of("11").DType("a"); }, ErrorKind::kUnsupported, {"uint64"});
}

TEST(Attributes, ReadsOneOfAList) {
  EXPECT_EQ(Of("relu").OneOf("a", {"relu", "tanh"}), "relu");
  EXPECT_EQ(Of("relu").OneOf("b", "tanh", {"relu", "tanh"}), "tanh");
  test::ExpectError(
      [] {
        Of("Relu").OneOf("a", {"relu", "tanh"});
      },
      ErrorKind::kBadModel, {"got \"Relu\", expected one of relu, tanh"});
  EXPECT_EQ(Of("x y").String("a"), "x y");
  EXPECT_EQ(Of("x").String("b", "d"), "d");
}

TEST(Attributes, SaysWhatIsMissing) {
  const std::vector<std::string> parts = {"m.json: node \"n\" (Op): attribute b: got none"};
  test::ExpectError([] { Of("1").Int("b"); }, ErrorKind::kBadModel, parts);
  test::ExpectError([] { Of("1").Bool("b"); }, ErrorKind::kBadModel, parts);
  test::ExpectError([] { Of("1").Double("b"); }, ErrorKind::kBadModel, parts);
  test::ExpectError([] { Of("1").String("b"); }, ErrorKind::kBadModel, parts);
  test::ExpectError([] { Of("1").Ints("b"); }, ErrorKind::kBadModel, parts);
  test::ExpectError([] { Of("1").DType("b"); }, ErrorKind::kBadModel, parts);
  test::ExpectError([] { Of("1").OptionalInts("b"); }, ErrorKind::kBadModel, parts);
}

TEST(Attributes, ListsWhatNobodyRead) {
  const Attributes attributes({{"kernel", "(1, 1)"},
                               {"layout", "None"},
                               {"adj", "()"},
                               {"workspace", "1024"},
                               {"cudnn_algo_fwd", "1"},
                               {"dilate", "()"}},
                              "n");
  attributes.Ints("kernel");
  EXPECT_EQ(attributes.Unread(), (std::vector<std::string>{"adj", "dilate", "layout"}));
  EXPECT_TRUE(attributes.IsNone("layout"));
  EXPECT_TRUE(attributes.Has("adj"));
  attributes.Ignore({"dilate"});
  EXPECT_TRUE(attributes.Unread().empty());
  EXPECT_FALSE(attributes.Has("pad"));
  EXPECT_TRUE(attributes.IsNone("pad"));
  EXPECT_FALSE(attributes.IsNone("kernel"));
}

}  // namespace
}  // namespace moir::mo

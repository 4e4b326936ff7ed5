#include "mo/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/error.h"

namespace moir::mo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options Parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--input_model", "m-0000.params"});
  return ParseOptions(arguments);
}

void ExpectRefused(const std::vector<std::string>& arguments, const std::string& part) {
  try {
    Parse(arguments);
    ADD_FAILURE() << "accepted; expected an error with \"" << part << "\"";
  } catch (const graph::Error& error) {
    EXPECT_EQ(error.Kind(), graph::ErrorKind::kBadOption);
    EXPECT_THAT(error.what(), HasSubstr(part));
  }
}

TEST(Options, DefaultsWriteAnF32IrOfVersion3) {
  const Options options = Parse({});
  EXPECT_EQ(options.ir_version, 3);
  EXPECT_FALSE(options.f16);
  EXPECT_EQ(options.output_dir, ".");
  EXPECT_TRUE(options.input_shape.empty());
}

TEST(Options, ReadsShapesInBothKindsOfBrackets) {
  EXPECT_THAT(ParseShapes("[1,3,224,224]"), ElementsAre(ElementsAre(1, 3, 224, 224)));
  EXPECT_THAT(ParseShapes("(1, 3, 8, 8), [2,5]"), ElementsAre(ElementsAre(1, 3, 8, 8), ElementsAre(2, 5)));
  EXPECT_THAT(ParseShapes("1,3,8,8"), ElementsAre(ElementsAre(1, 3, 8, 8)));
  EXPECT_THAT(ParseShapes("(3,)"), ElementsAre(ElementsAre(3)));
}

TEST(Options, RefusesShapesThatAreNone) {
  for (const char* shape :
       {"[1,3,224", "[1,x]", "[1,0]", "[1,-2]", "[1,3]x", "[1,3],,[2]", "data[1,3]", "[[1,3]]", ""}) {
    ExpectRefused({"--input_shape", shape}, "--input_shape");
  }
}

TEST(Options, RefusesAnotherNumberOfShapesThanInputs) {
  ExpectRefused({"--input", "a,b", "--input_shape", "[1,2]"}, "got 1 shapes for the 2 names");
}

TEST(Options, ReadsMeanAndScaleValuesWithAndWithoutNames) {
  const auto unnamed = ParseNamedValues("mean_values", "(104.5,117,123)");
  ASSERT_EQ(unnamed.size(), 1u);
  EXPECT_EQ(unnamed[0].name, "");
  EXPECT_THAT(unnamed[0].values, ElementsAre(104.5, 117, 123));
  const auto named = ParseNamedValues("mean_values", "data(1,2,3),info[4]");
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(named[0].name, "data");
  EXPECT_EQ(named[1].name, "info");
  EXPECT_THAT(named[1].values, ElementsAre(4));
  EXPECT_TRUE(ParseNamedValues("mean_values", "()").empty());
  EXPECT_THROW(ParseNamedValues("mean_values", "data(1),(2)"), graph::Error);
  EXPECT_THROW(ParseNamedValues("mean_values", "(1,a)"), graph::Error);
}

TEST(Options, KeepsTheShortSpellings) {
  const Options options =
      ParseOptions({"-m", "a.params", "-o", "out", "-n", "net", "-b", "4", "-ms", "(1)", "-s", "2"});
  EXPECT_EQ(options.input_model, "a.params");
  EXPECT_EQ(options.output_dir, "out");
  EXPECT_EQ(options.model_name, "net");
  EXPECT_EQ(options.batch, 4);
  EXPECT_EQ(options.scale, 2.0);
  ASSERT_EQ(options.mean_values.size(), 1u);
  EXPECT_EQ(ParseOptions({"-w", "b.params"}).input_model, "b.params");
}

TEST(Options, NamesTheOptionThatWasProbablyMeant) {
  ExpectRefused({"--input_shapes", "[1]"}, "did you mean --input_shape");
  ExpectRefused({"--mean_value", "(1)"}, "did you mean --mean_values");
}

TEST(Options, DoesNotGuessAbbreviations) { ExpectRefused({"--input_sha", "[1]"}, "there is no such option"); }

TEST(Options, RefusesContradictionsAndBadValues) {
  ExpectRefused({"--scale", "2", "--scale_values", "(2)"}, "--scale and --scale_values");
  ExpectRefused({"--scale", "0"}, "a positive number");
  ExpectRefused({"--scale_values", "(1,0,1)"}, "numbers other than 0");
  ExpectRefused({"--data_type", "FP64"}, "FP32, FP16");
  ExpectRefused({"--ir_version", "5"}, "2, 3 or 4");
  ExpectRefused({"--ir_version", "4", "--generate_deprecated_IR_V2"}, "contradict");
  ExpectRefused({"--framework", "caffe"}, "expected mxnet");
  ExpectRefused({"--batch", "0"}, "a positive integer");
  ExpectRefused({"--log_level", "LOUD"}, "CRITICAL");
  ExpectRefused({"--model_name", "a/b"}, "without a folder");
  ExpectRefused({"--output", "a,,b"}, "--output");
  ExpectRefused({"stray"}, "--input_model");
  ExpectRefused({"--silent", "--silent"}, "more than once");
}

TEST(Options, NeedsAModel) { EXPECT_THROW(ParseOptions({"--silent"}), graph::Error); }

TEST(Options, RecordsParametersWithoutPathsOfTheMachine) {
  const Options options = ParseOptions(
      {"--input_model", "/home/somebody/net-0001.params", "--output_dir", "/tmp/x", "--input_shape", "[1,3,8,8]"});
  std::string all;
  for (const auto& [name, value] : options.cli_parameters) all += name + "=" + value + ";";
  EXPECT_THAT(all, HasSubstr("input_model=DIR/net-0001.params;"));
  EXPECT_THAT(all, HasSubstr("input_shape=[1,3,8,8];"));
  EXPECT_THAT(all, HasSubstr("output_dir=DIR;"));
  EXPECT_THAT(all, HasSubstr("disable_fusing=False;"));
  EXPECT_THAT(all, ::testing::Not(HasSubstr("somebody")));
  EXPECT_THAT(options.unset_cli_parameters, ::testing::Contains("mean_values"));
}

TEST(Options, HelpNamesEveryOption) {
  const std::string help = HelpText();
  for (const char* name :
       {"--input_model", "--input_symbol", "--input_shape", "--mean_values", "--ir_version", "--output_dir"})
    EXPECT_THAT(help, HasSubstr(name));
}

}  // namespace
}  // namespace moir::mo

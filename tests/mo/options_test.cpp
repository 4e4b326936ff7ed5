#include "mo/options.h"
#include "mo/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

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

TEST(Options, TakesTheSwitchesOfTheModelOptimizer) {
  const Options options = Parse({"--disable_fusing", "--disable_gfusing", "--disable_resnet_optimization",
                                 "--finegrain_fusing", "conv.*,pool", "--generate_deprecated_IR_V2"});
  EXPECT_TRUE(options.disable_fusing && options.disable_gfusing && options.disable_resnet_optimization);
  EXPECT_THAT(options.finegrain_fusing, ElementsAre("conv.*", "pool"));
  EXPECT_EQ(options.ir_version, 2);
  const Options plain = Parse({});
  EXPECT_FALSE(plain.disable_fusing || plain.disable_gfusing || plain.disable_resnet_optimization);
  EXPECT_TRUE(plain.finegrain_fusing.empty());
  // Nothing depends on them here.
  EXPECT_EQ(Parse({"--legacy_mxnet_model", "--enable_ssd_gluoncv"}).ir_version, plain.ir_version);
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
  ExpectRefused({"--ir_version", "5"}, "2, 3, 4, 10 or 11");
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

TEST(Options, TakesValuesInEveryForm) {
  EXPECT_EQ(Parse({"--batch=4"}).batch, 4);
  EXPECT_EQ(Parse({"-b=4"}).batch, 4);
  EXPECT_EQ(Parse({"-b4"}).batch, 4);
  EXPECT_EQ(Parse({"--mean_values", "-1,-2"}).mean_values[0].values[1], -2);
  EXPECT_EQ(Parse({"--output_dir="}).output_dir, ".");
  EXPECT_TRUE(Parse({"--input", "", "--output", ""}).input.empty());
  ExpectRefused({"--batch"}, "a value is missing");
  ExpectRefused({"--batch", "--silent"}, "a value is missing");
  ExpectRefused({"--silent=True"}, "it is a switch");
  ExpectRefused({"-q"}, "there is no such option");
  ExpectRefused({"-"}, "belongs to no option");
}

TEST(Options, EveryOptionIsAcceptedOrRefusedAsTheTableSays) {
  for (const OptionInfo& option : OptionTable()) {
    if (option.name == "input_model" || option.name == "help" || option.name == "version" || option.name == "config")
      continue;
    const std::string name = (option.name.size() == 1 ? "-" : "--") + std::string(option.name);
    std::vector<std::string> arguments{name};
    const std::map<std::string_view, std::vector<std::string>> values = {
        {"framework", {"mxnet"}},
        {"batch", {"1"}},
        {"scale", {"2"}},
        {"ir_version", {"4"}},
        {"data_type", {"FP32"}},
        {"log_level", {"INFO"}},
        {"input_shape", {"[1]"}},
        {"mean_values", {"(1)"}},
        {"scale_values", {"(1)"}},
        {"freeze_placeholder_with_value", {"a->1"}},
        {"transform", {""}},
        {"layout", {"nc"}},
        {"source_layout", {"nc"}},
        {"target_layout", {"nc"}},
        {"report", {"x.html"}},
        {"verify_input", {"x.npy", "--verify"}},
        {"verify_runs", {"2", "--verify"}},
        {"verify_tolerance", {"0.1", "--verify"}},
        {"nd_prefix_name", {"x", "--pretrained_model_name", "y", "--input_symbol", "z"}},
        {"pretrained_model_name", {"y", "--nd_prefix_name", "x", "--input_symbol", "z"}}};
    if (const auto found = values.find(option.name); found != values.end()) {
      arguments.insert(arguments.end(), found->second.begin(), found->second.end());
    } else if (option.kind == OptionKind::kText || option.kind == OptionKind::kPath ||
               option.kind == OptionKind::kPaths) {
      arguments.push_back("x");
    }
    if (option.name == "save_params_from_nd")
      arguments.insert(arguments.end(),
                       {"--nd_prefix_name", "x", "--pretrained_model_name", "y", "--input_symbol", "z"});
    if (option.status == OptionStatus::kRefused) {
      ExpectRefused(arguments, std::string(option.remark));
      continue;
    }
    const Options options = Parse(arguments);
    const bool warned = !options.warnings.empty(), noted = !options.notes.empty();
    EXPECT_EQ(warned, option.status == OptionStatus::kDeprecated) << name;
    EXPECT_EQ(noted, option.status == OptionStatus::kIgnored && option.name != "transform") << name;
    if (noted) {
      EXPECT_THAT(options.notes[0], HasSubstr(std::string(option.remark)));
    }
  }
}

TEST(Options, EmptyExtensionsAreNoNews) { EXPECT_TRUE(Parse({"--extensions", ""}).notes.empty()); }

TEST(Options, RefusesTransformationsByName) { ExpectRefused({"--transform", "LowLatency2"}, "LowLatency2"); }

TEST(Options, CompressesToFp16) {
  EXPECT_TRUE(Parse({"--compress_to_fp16"}).f16);
  EXPECT_TRUE(Parse({"--compress_to_fp16", "True"}).f16);
  EXPECT_TRUE(Parse({"--compress_to_fp16=yes"}).f16);
  EXPECT_FALSE(Parse({"--compress_to_fp16", "False"}).f16);
  EXPECT_TRUE(Parse({"--compress_to_fp16", "--silent"}).f16);
  EXPECT_TRUE(Parse({"--compress_to_fp16", "--data_type", "FP16"}).f16);
  ExpectRefused({"--compress_to_fp16", "maybe"}, "True or False");
  ExpectRefused({"--compress_to_fp16", "--data_type", "FP32"}, "contradict");
}

TEST(Options, ReadsInputsOfEveryForm) {
  const Options options = Parse({"--input", "0:a[1,3,8,8]{f32},b:1[2]{i32}->[20,15], c , 1.5:d, e->True"});
  ASSERT_EQ(options.input.size(), 5u);
  EXPECT_EQ(options.input[0].name, "a");
  EXPECT_EQ(options.input[0].input_port, 0);
  EXPECT_EQ(options.input[0].shape, (std::vector<int64_t>{1, 3, 8, 8}));
  EXPECT_EQ(options.input[0].type, graph::ElementType::kF32);
  EXPECT_EQ(options.input[1].output_port, 1);
  EXPECT_EQ(options.input[1].value, (std::vector<std::string>{"20", "15"}));
  EXPECT_EQ(options.input[2].text, "c");
  EXPECT_EQ(options.input[3].name, "1.5:d");
  EXPECT_EQ(options.input[4].value, (std::vector<std::string>{"1"}));
}

TEST(Options, ShapesMeetTheirNames) {
  const Options options = Parse({"--input", "a,b{u8}", "--input_shape", "[1,2],(3)"});
  EXPECT_EQ(options.input[0].shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(options.input[1].shape, (std::vector<int64_t>{3}));
  EXPECT_EQ(options.input[1].type, graph::ElementType::kU8);
  EXPECT_TRUE(options.input_shape.empty());
}

TEST(Options, WarnsOfAScaleBelowOne) { EXPECT_EQ(Parse({"--scale", "0.5"}).warnings.size(), 1u); }

TEST(Options, ListsTheArguments) {
  const std::string text = ArgumentsText(Parse({"--batch", "3", "--mean_values", "(1,2,3)"}));
  EXPECT_EQ(text.rfind("Model Optimizer arguments:\nCommon parameters:\n\t- ", 0), 0u);
  EXPECT_THAT(text, HasSubstr("\t- Batch: \t3\n"));
  EXPECT_THAT(text, HasSubstr("\t- Mean values: \t(1,2,3)\n"));
  EXPECT_THAT(text, HasSubstr("\t- Input layers: \tNot specified, inherited from the model\n"));
  EXPECT_THAT(text, HasSubstr("MXNet specific parameters:\n"));
  EXPECT_THAT(text, HasSubstr("Model Optimizer version: \t"));
}

TEST(Options, HelpNamesEveryOption) {
  const std::string help = HelpText();
  for (const OptionInfo& option : OptionTable())
    EXPECT_THAT(help, HasSubstr((option.name.size() == 1 ? "-" : "--") + std::string(option.name)));
  for (const std::string& line : graph::Split(help, '\n')) EXPECT_LE(line.size(), 111u) << line;
}

}  // namespace
}  // namespace moir::mo

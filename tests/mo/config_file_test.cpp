// The configuration file, and how it meets the command line.
#include "mo/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "graph/error.h"
#include "mo/options.h"
#include "tests/support/mxnet_files.h"

namespace moir::mo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

GivenOptions Parse(const std::string& text) { return ParseConfig(text, "/models/mo.json"); }

void ExpectRefused(const std::string& text, const std::string& part) {
  try {
    Parse(text);
    ADD_FAILURE() << "accepted; expected " << part;
  } catch (const graph::Error& error) {
    EXPECT_EQ(error.Kind(), graph::ErrorKind::kBadOption);
    EXPECT_THAT(error.what(), HasSubstr("/models/mo.json"));
    EXPECT_THAT(error.what(), HasSubstr(part));
  }
}

TEST(ConfigFile, TakesTextAsOnTheCommandLine) {
  const GivenOptions given = Parse(R"({"input_shape": "[1,3,8,8]", "batch": "2", "output": "a,b"})");
  EXPECT_EQ(given.Text("input_shape"), "[1,3,8,8]");
  EXPECT_EQ(given.Text("batch"), "2");
  EXPECT_EQ(given.Text("output"), "a,b");
}

TEST(ConfigFile, TakesJsonValues) {
  const GivenOptions given = Parse(R"({
    "input_shape": [[1, 3, 8, 8], [null, 4]], "batch": 2, "output": ["a", "b"], "mean_values": [104.5, 117, 123],
    "scale_values": {"data": [1, 2, 3], "info": [4]}, "freeze_placeholder_with_value": {"is_training": false, "k": [1, 2]},
    "layout": {"data": "nhwc->nchw"}, "reverse_input_channels": true, "disable_fusing": false, "scale": null})");
  EXPECT_EQ(given.Text("input_shape"), "[1,3,8,8],[-1,4]");
  EXPECT_EQ(given.Text("batch"), "2");
  EXPECT_EQ(given.Text("output"), "a,b");
  EXPECT_EQ(given.Text("mean_values"), "[104.5,117,123]");
  EXPECT_EQ(given.Text("scale_values"), "data[1,2,3],info[4]");
  EXPECT_EQ(given.Text("freeze_placeholder_with_value"), "is_training->False,k->[1,2]");
  EXPECT_EQ(given.Text("layout"), "data(nhwc->nchw)");
  EXPECT_TRUE(given.Flag("reverse_input_channels"));
  EXPECT_FALSE(given.Has("disable_fusing"));
  EXPECT_FALSE(given.Has("scale"));
}

TEST(ConfigFile, PathsAreRelativeToTheFile) {
  const GivenOptions given =
      Parse(R"({"input_model": "net/a.params", "output_dir": "../out", "input_symbol": "/abs/a.json",
                                       "mean_image": {"data": "mean.bin"}, "extensions": "x,y"})");
  EXPECT_EQ(given.Text("input_model"), "/models/net/a.params");
  EXPECT_EQ(given.Text("output_dir"), "/out");
  EXPECT_EQ(given.Text("input_symbol"), "/abs/a.json");
  EXPECT_EQ(given.Text("mean_image"), "data(/models/mean.bin)");
  EXPECT_EQ(given.Text("extensions"), "/models/x,/models/y");
}

TEST(ConfigFile, RefusesWhatIsNoConfiguration) {
  ExpectRefused(R"({"input_shapes": [1]})", "did you mean --input_shape?");
  ExpectRefused(R"({"counts": "x"})", "Kaldi");
  ExpectRefused(R"({"config": "x"})", "belongs to the command line");
  ExpectRefused("{\n\"batch\": }", "line 2: not JSON");
  ExpectRefused("[1]", "expected options by name");
  ExpectRefused(R"({"batch": 1, "batch": 2})", "comes twice");
  ExpectRefused(R"({"batch": 1, "-b": 2})", "given twice");
  ExpectRefused(R"({"silent": 3})", "true or false");
  ExpectRefused(R"({"batch": {"a": 1}})", "expected text, a number");
  ExpectRefused(R"({"mean_values": {"a": ["x"]}})", "expected numbers");
  ExpectRefused(R"({"batch": [[[[[[[[[[1]]]]]]]]]]})", "nested deeper");
  EXPECT_THROW(ReadConfigFile("/no/such/file.json"), graph::Error);
}

class ConfigAndCommandLine : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("moir-config-" + std::to_string(::getpid()) + ".json");
  }
  void TearDown() override { std::filesystem::remove(path_); }
  Options Parse(const std::string& config, std::vector<std::string> arguments) {
    test::WriteText(path_.string(), config);
    arguments.insert(arguments.end(), {"--config", path_.string()});
    return ParseOptions(arguments);
  }
  std::filesystem::path path_;
};

TEST_F(ConfigAndCommandLine, TheCommandLineWins) {
  const Options options =
      Parse(R"({"input_model": "a.params", "batch": 2, "scale": 4, "data_type": "FP16", "silent": true})",
            {"--batch", "3", "--scale_values", "(2)", "--compress_to_fp16", "False"});
  EXPECT_EQ(options.batch, 3);
  EXPECT_FALSE(options.scale);
  ASSERT_EQ(options.scale_values.size(), 1u);
  EXPECT_FALSE(options.f16);
  EXPECT_TRUE(options.silent);
  EXPECT_THAT(options.input_model, HasSubstr("/a.params"));
}

TEST_F(ConfigAndCommandLine, TheFileIsCheckedAsTheCommandLineIs) {
  EXPECT_THROW(Parse(R"({"input_model": "a.params", "batch": 0})", {}), graph::Error);
  EXPECT_THROW(Parse(R"({"input_model": "a.params", "scale": 2, "scale_values": [1]})", {}), graph::Error);
}

}  // namespace
}  // namespace moir::mo

// The program mo on bad inputs: the exit code, one clear message, nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/mxnet_files.h"
#include "tests/support/subprocess.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using moir::test::Finished;
using moir::test::Limits;
using moir::test::ReadText;
using moir::test::RunProgram;
using moir::test::WriteParams;
using moir::test::WriteText;
using ::testing::HasSubstr;

// data -> FullyConnected fc -> SoftmaxOutput softmax; weights [HIDDEN, 4].
std::string Symbol(const std::string& op = "FullyConnected", const std::string& more = "") {
  return R"({"nodes": [
    {"op": "null", "name": "data", "inputs": []},
    {"op": "null", "name": "fc_weight", "inputs": []},
    {"op": "null", "name": "fc_bias", "inputs": []},
    {"op": ")" +
         op + R"(", "name": "fc", "attrs": {"num_hidden": "3"}, "inputs": [[0,0,0],[1,0,0],[2,0,0]]},
    {"op": "null", "name": "softmax_label", "inputs": []},
    {"op": "SoftmaxOutput", "name": "softmax", "inputs": [[3,0,0],[4,0,0]]})" +
         more + R"(],
    "arg_nodes": [0,1,2,4], "heads": [[5,0,0]], "attrs": {"mxnet_version": ["int", 10500]}})";
}

class MoProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / (std::string("moir-mo-") + info->name() + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::all);
    WriteText(At("net-symbol.json"), Symbol());
    WriteParams(At("net-0001.params"), {{"arg:fc_weight", Tensor(ElementType::kF32, Shape{3, 4})},
                                        {"arg:fc_bias", Tensor(ElementType::kF32, Shape{3})}});
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }

  Finished Mo(std::vector<std::string> arguments, const Limits& limits = Limits()) {
    if (std::find(arguments.begin(), arguments.end(), "--output_dir") == arguments.end())
      arguments.insert(arguments.end(), {"--output_dir", At("out")});
    return RunProgram("mo", arguments, limits);
  }
  // Exit code 1, the message on standard error in one line that holds every part, and no file in the output folder.
  void ExpectRefused(const Finished& finished, const std::vector<std::string>& parts,
                     const std::string& output_dir = "out") {
    EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
    EXPECT_EQ(finished.errors.rfind("[ ERROR ] ", 0), 0u) << finished.errors;
    for (const std::string& part : parts) EXPECT_THAT(finished.errors, HasSubstr(part));
    EXPECT_THAT(finished.output, ::testing::Not(HasSubstr("SUCCESS")));
    if (fs::exists(folder_ / output_dir)) {
      for (const auto& entry : fs::directory_iterator(folder_ / output_dir))
        ADD_FAILURE() << "left behind: " << entry.path();
    }
  }
  fs::path folder_;
};

TEST_F(MoProgram, ConvertsAModel) {
  const Finished finished = Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("[ SUCCESS ] Generated IR model."));
  for (const char* name : {"net-0001.xml", "net-0001.bin", "net-0001.mapping"})
    EXPECT_TRUE(fs::exists(folder_ / "out" / name)) << name;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "out"), fs::directory_iterator()), 3);
}

TEST_F(MoProgram, IsSilentWhenAsked) {
  const Finished finished = Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--silent"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.output + finished.errors, "");
}

TEST_F(MoProgram, PrintsTheArgumentsFirstAndTheResultLast) {
  const Finished finished = Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--data_type", "FP32",
                                "--static_shape", "--extensions", ""});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_EQ(finished.output.rfind("Model Optimizer arguments:\nCommon parameters:\n\t- ", 0), 0u);
  EXPECT_THAT(finished.output, HasSubstr("\t- Input shapes: \t[1,4]\n"));
  EXPECT_THAT(finished.output, HasSubstr("[ WARNING ] --data_type is deprecated"));
  EXPECT_THAT(finished.output, HasSubstr("[ NOTE ] --static_shape has no effect"));
  EXPECT_THAT(finished.output, ::testing::Not(HasSubstr("--extensions has")));
  EXPECT_THAT(finished.output,
              ::testing::ContainsRegex("\n\n\\[ SUCCESS \\] Generated IR model.\n\\[ SUCCESS \\] XML file: "
                                       "[^\n]*\n\\[ SUCCESS \\] BIN file: [^\n]*\n\\[ SUCCESS \\] Total "
                                       "execution time: [0-9]+\\.[0-9][0-9] seconds\\.\n$"));
  EXPECT_EQ(finished.errors, "");
}

TEST_F(MoProgram, ShowsProgressOnRequestOnly) {
  const std::vector<std::string> good = {"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"};
  const auto with = [&](const std::string& option) {
    std::vector<std::string> arguments = good;
    arguments.push_back(option);
    return Mo(arguments);
  };
  EXPECT_EQ(Mo(good).errors, "");
  EXPECT_THAT(with("--progress").errors, HasSubstr("Progress: 0.0% read\nProgress: 15.0% optimize: "));
  EXPECT_THAT(with("--progress").errors, ::testing::EndsWith("Progress: 100.0% done\n"));
  EXPECT_THAT(with("--stream_output").errors, ::testing::EndsWith("Progress: 100%\n"));
  std::vector<std::string> silent = good;
  silent.insert(silent.end(), {"--progress", "--stream_output", "--silent"});
  EXPECT_EQ(Mo(silent).errors, "");
}

TEST_F(MoProgram, ConvertsByAConfigurationFileAlone) {
  WriteText(At("mo.json"), R"({"input_model": "net-0001.params", "input_shape": [1, 4], "output_dir": "out"})");
  const Finished finished = RunProgram("mo", {"--config", At("mo.json")});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_TRUE(fs::exists(folder_ / "out/net-0001.xml"));
}

TEST_F(MoProgram, WritesTheSameBytesEveryTime) {
  for (const char* out : {"a", "b"})
    ASSERT_EQ(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--output_dir", At(out)}).exit_code,
              0);
  for (const char* name : {"net-0001.xml", "net-0001.bin", "net-0001.mapping"}) {
    EXPECT_EQ(ReadText(At(std::string("a/") + name)), ReadText(At(std::string("b/") + name))) << name;
    EXPECT_FALSE(ReadText(At(std::string("a/") + name)).empty()) << name;
  }
}

TEST_F(MoProgram, TakesASymbolFromElsewhereAndAnyNameOfTheParams) {
  fs::rename(At("net-0001.params"), At("weights.bin"));
  fs::rename(At("net-symbol.json"), At("graph.json"));
  const Finished finished = Mo({"--input_model", At("weights.bin"), "--input_symbol", At("graph.json"), "--input_shape",
                                "[1,4]", "--model_name", "net"});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_TRUE(fs::exists(folder_ / "out/net.xml"));
}

TEST_F(MoProgram, NeedsNoParamsForAGraphWithoutWeights) {
  WriteText(At("act-symbol.json"), R"({"nodes": [{"op": "null", "name": "data", "inputs": []},
    {"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[0,0,0]]}], "arg_nodes": [0], "heads": [[1,0,0]]})");
  const Finished finished = Mo({"--input_symbol", At("act-symbol.json"), "--input_shape", "[1,4]"});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
}

TEST_F(MoProgram, RefusesAMissingFile) {
  ExpectRefused(
      Mo({"--input_model", At("no-0001.params"), "--input_symbol", At("net-symbol.json"), "--input_shape", "[1,4]"}),
      {"no-0001.params", "No such file"});
}

TEST_F(MoProgram, SaysWhereItLookedForTheSymbol) {
  fs::remove(At("net-symbol.json"));
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"}),
                {"net-symbol.json", "--input_symbol"});
}

TEST_F(MoProgram, RefusesTheWrongKindOfFile) {
  ExpectRefused(
      Mo({"--input_model", At("net-symbol.json"), "--input_symbol", At("net-symbol.json"), "--input_shape", "[1,4]"}),
      {"net-symbol.json", "JSON"});
  ExpectRefused(
      Mo({"--input_model", At("net-0001.params"), "--input_symbol", At("net-0001.params"), "--input_shape", "[1,4]"}),
      {"net-0001.params"});
  ExpectRefused(
      Mo({"--input_model", folder_.string(), "--input_symbol", At("net-symbol.json"), "--input_shape", "[1,4]"}),
      {"folder"});
}

TEST_F(MoProgram, RefusesTruncatedParamsWithTheOffset) {
  fs::resize_file(At("net-0001.params"), fs::file_size(At("net-0001.params")) - 30);
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"}), {"net-0001.params", "byte "});
}

TEST_F(MoProgram, ListsEverythingThatDoesNotFitParamsOfAnotherModel) {
  WriteParams(At("net-0001.params"), {{"arg:fc_weight", Tensor(ElementType::kF32, Shape{7, 4})},
                                      {"arg:conv_weight", Tensor(ElementType::kF32, Shape{3})}});
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"}), {"fc_weight", "fc_bias"});
}

TEST_F(MoProgram, ReportsUnknownOperatorsAllAtOnce) {
  WriteText(At("net-symbol.json"), Symbol("FullyConected", R"(,
    {"op": "MyOwnLayer", "name": "mine", "inputs": [[5,0,0]]}, {"op": "MyOwnLayer", "name": "mine_too", "inputs": [[6,0,0]]})"));
  std::string text = ReadText(At("net-symbol.json"));
  text.replace(text.find("[[5,0,0]], \"attrs\""), 9, "[[7,0,0]]");
  WriteText(At("net-symbol.json"), text);
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"}),
                {"FullyConected", "FullyConnected", "MyOwnLayer", "2", "mine", "mine_too"});
}

TEST_F(MoProgram, RefusesAWrongShape) {
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,5]"}), {"fc"});
  ExpectRefused(Mo({"--input_model", At("net-0001.params")}), {"data", "--input_shape"});
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input", "nothing", "--input_shape", "[1,4]"}),
                {"nothing"});
}

TEST_F(MoProgram, RefusesAnOutputThatIsNotThere) {
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--output", "fc3"}),
                {"fc3", "fc"});
}

TEST_F(MoProgram, RefusesAnUnwritableOutput) {
  fs::create_directories(folder_ / "closed");
  fs::permissions(folder_ / "closed",
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--output_dir", At("closed")},
                   {.unprivileged = true}),
                {"closed", "ermission denied"}, "closed");
  WriteText(At("file"), "");
  ExpectRefused(
      Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--output_dir", At("file") + "/below"}),
      {"output folder"});
}

TEST_F(MoProgram, LeavesNothingBehindWhenAFileMayNotGrow) {
  WriteParams(At("net-0001.params"), {{"arg:fc_weight", Tensor(ElementType::kF32, Shape{3, 40000})},
                                      {"arg:fc_bias", Tensor(ElementType::kF32, Shape{3})}});
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,40000]"}, {.file_size = 100000}),
                {"too large"});
}

TEST_F(MoProgram, LeavesNothingBehindOnAFullDisk) {
  fs::create_directories(folder_ / "disk");
  if (::mount("none", At("disk").c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "mounting a small tmpfs takes root; LeavesNothingBehindWhenAFileMayNotGrow covers the same path";
  }
  WriteParams(At("net-0001.params"), {{"arg:fc_weight", Tensor(ElementType::kF32, Shape{3, 40000})},
                                      {"arg:fc_bias", Tensor(ElementType::kF32, Shape{3})}});
  const Finished finished =
      Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,40000]", "--output_dir", At("disk")});
  ExpectRefused(finished, {"No space left"}, "disk");
  // So much that several threads write it.
  WriteParams(At("net-0001.params"), {{"arg:fc_weight", Tensor(ElementType::kF32, Shape{3, 1000000})},
                                      {"arg:fc_bias", Tensor(ElementType::kF32, Shape{3})}});
  ExpectRefused(
      Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,1000000]", "--output_dir", At("disk")}),
      {"cannot write: No space left"}, "disk");
  ::umount(At("disk").c_str());
}

TEST_F(MoProgram, KeepsAnEarlierResultWhenALaterConversionFails) {
  ASSERT_EQ(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"}).exit_code, 0);
  const std::string before = ReadText(At("out/net-0001.xml"));
  EXPECT_EQ(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]"}, {.file_size = 20}).exit_code, 1);
  EXPECT_EQ(ReadText(At("out/net-0001.xml")), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "out"), fs::directory_iterator()), 3);
}

TEST_F(MoProgram, NamesAPassThatDoesNotExist) {
  ExpectRefused(
      Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--disable_pass", "fold-constant"}),
      {"fold-constants"});
}

TEST_F(MoProgram, RefusesDetectionOutputWithoutDetections) {
  ExpectRefused(Mo({"--input_model", At("net-0001.params"), "--input_shape", "[1,4]", "--detection_output"}),
                {"--detection_output", "no MultiBoxDetection"});
}

TEST_F(MoProgram, PrintsHelpAndVersion) {
  EXPECT_EQ(RunProgram("mo", {"--help"}).exit_code, 0);
  EXPECT_THAT(RunProgram("mo", {"--help"}).output, HasSubstr("--input_model"));
  EXPECT_THAT(RunProgram("mo", {"--version"}).output, HasSubstr("Version of mo is: "));
  EXPECT_EQ(RunProgram("mo", {}).exit_code, 1);
  EXPECT_THAT(RunProgram("mo", {}).output, HasSubstr("usage: mo "));
}

}  // namespace
}  // namespace moir::mo

// Every numbered error that can occur, from the program's standard error: the number, and that docs/faq.md has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "mo/faq.h"
#include "tests/support/mxnet_files.h"
#include "tests/support/subprocess.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using moir::test::Finished;
using moir::test::ReadText;
using moir::test::RunProgram;
using moir::test::WriteParams;
using moir::test::WriteText;
using ::testing::HasSubstr;

// data [N,3,4,4] and extra -> add -> Convolution conv (3 -> 2, 1x1) -> relu.
constexpr const char* kSymbol = R"json({"nodes": [
  {"op": "null", "name": "data", "inputs": []},
  {"op": "null", "name": "extra", "inputs": []},
  {"op": "elemwise_add", "name": "add", "inputs": [[0,0,0],[1,0,0]]},
  {"op": "null", "name": "conv_weight", "inputs": []},
  {"op": "null", "name": "conv_bias", "inputs": []},
  {"op": "Convolution", "name": "conv", "attrs": {"kernel": "(1, 1)", "num_filter": "2"},
   "inputs": [[2,0,0],[3,0,0],[4,0,0]]},
  {"op": "Activation", "name": "relu", "attrs": {"act_type": "relu"}, "inputs": [[5,0,0]]}],
  "arg_nodes": [0,1,3,4], "heads": [[6,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})json";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no " + from);
  return text.replace(at, from.size(), to);
}

struct Case {
  int number;
  std::vector<std::string> arguments;  // @ is the test's folder
  std::vector<std::string> parts;      // of the message
  std::string symbol = kSymbol;
};

class Faq : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("moir-faq-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    WriteParams(At("net-0001.params"), {{"arg:conv_weight", Tensor(ElementType::kF32, Shape{2, 3, 1, 1})},
                                        {"arg:conv_bias", Tensor(ElementType::kF32, Shape{2})}});
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }

  void Expect(const Case& c) {
    WriteText(At("net-symbol.json"), c.symbol);
    std::vector<std::string> arguments;
    for (std::string argument : c.arguments) {
      while (argument.find('@') != std::string::npos) argument = Replaced(argument, "@", folder_.string());
      arguments.push_back(argument);
    }
    const auto has = [&](const char* option) {
      return std::find(arguments.begin(), arguments.end(), option) != arguments.end();
    };
    if (!has("--input_model")) arguments.insert(arguments.end(), {"--input_model", At("net-0001.params")});
    if (!has("--output_dir")) arguments.insert(arguments.end(), {"--output_dir", At("out")});
    const Finished finished = RunProgram("mo", arguments);
    const std::string all = ::testing::PrintToString(c.arguments);
    EXPECT_EQ(finished.exit_code, 1) << all << finished.output << finished.errors;
    EXPECT_EQ(finished.errors.rfind("[ ERROR ] ", 0), 0u) << all << finished.errors;
    EXPECT_THAT(finished.errors, ::testing::EndsWith("docs/faq.md, question #" + std::to_string(c.number) + ")\n"))
        << all;
    for (const std::string& part : c.parts) EXPECT_THAT(finished.errors, HasSubstr(part)) << all;
    EXPECT_FALSE(fs::exists(At("out"))) << all;
    numbers_.insert(c.number);
  }

  fs::path folder_;
  std::set<int> numbers_;
};

constexpr const char* kShapes = "[1,3,4,4],[1,3,4,4]";
const std::vector<std::string> kGood = {"--input", "data,extra", "--input_shape", kShapes};

std::vector<std::string> GoodWith(std::vector<std::string> more) {
  more.insert(more.begin(), kGood.begin(), kGood.end());
  return more;
}

TEST_F(Faq, OptionsThatContradict) {
  Expect({15, {"--framework", "caffe"}, {"--framework", "\"caffe\"", "expected mxnet"}});
  Expect({15, {"--input_model", "@/frozen.pb"}, {"TensorFlow", "--framework mxnet"}});
  Expect({19, GoodWith({"--scale", "2", "--scale_values", "(2,2,2)"}), {"--scale and --scale_values"}});
  Expect({39, {"--batch", "0"}, {"--batch", "a positive integer"}});
  Expect({56, GoodWith({"--batch", "2"}), {"--batch 2", "[1,3,4,4]", "contradict"}});
  Expect({57, {"--input_shape", "[1,3,x]"}, {"--input_shape", "\"x\" is no size"}});
  Expect({57, {"--input_shape", "[1,3"}, {"a bracket is not closed"}});
  Expect({57, {"--input_shape", "data[1,3]"}, {"names belong to --input"}});
  Expect({57, {"--input", "data[1,0]"}, {"--input", "\"0\" is no size"}});
  Expect({58, {"--input", "data,extra", "--input_shape", "[1,3,4,4]"}, {"got 1 shapes for the 2 names"}});
  Expect({81, {"--nd_prefix_name", "x"}, {"--pretrained_model_name is missing", "go together"}});
  Expect({81, {"--pretrained_model_name", "x"}, {"--nd_prefix_name is missing"}});
  Expect({81, {"--nd_prefix_name", "x", "--pretrained_model_name", "y"}, {"--input_symbol is missing"}});
  Expect({81, {"--save_params_from_nd"}, {"--nd_prefix_name is missing"}});
  Expect({59, GoodWith({"--mean_values", "(1,2,a)"}), {"--mean_values", "\"a\" is no number"}});
  Expect({101, GoodWith({"--mean_values", "(1,2,3"}), {"--mean_values", "a bracket is not closed"}});
  Expect({101, GoodWith({"--scale_values", "data(1,2,3),(4,5,6)"}), {"for every group of numbers, or for none"}});
}

TEST_F(Faq, InputsAndOutputs) {
  Expect({16, {}, {"inputs \"data\", \"extra\" have no shape", "--input_shape"}});
  Expect({26, GoodWith({"--output", "conv3"}), {"--output", "no node \"conv3\"", "did you mean \"conv\""}});
  Expect({27, {"--input", "data", "--input_shape", "[1,3,4,4]"}, {"input \"extra\" has no shape"}});
  Expect({28, {"--input", "0:data,extra", "--input_shape", kShapes}, {"\"0:data\"", "has no input ports"}});
  Expect({28, GoodWith({"--output", "1:data"}), {"--output", "\"1:data\""}});
  Expect({29, {"--input", "3:conv[1,3,4,4]"}, {"got input port 3", "expected one of 3"}});
  Expect({29, {"--input", "conv:1[1,3,4,4]"}, {"got output port 1", "expected one of 1"}});
  Expect({29, GoodWith({"--output", "3:conv"}), {"--output", "got input port 3", "expected one of 3"}});
  Expect({29, GoodWith({"--output", "conv:2"}), {"--output", "got output port 2", "expected one of 1"}});
  Expect({30, {"--input", "add[1,3,4,4]"}, {"2 inputs that are data", "0:add, 1:add", "add:0"}});
  Expect({31, {"--input", "1:add"}, {"\"1:add\"", "needs a shape"}});
  Expect({32, {"--input_shape", "[1,3,4,4]"}, {"input \"extra\" has no shape"}});
  Expect({41, {"--input", "relu"}, {"\"relu\"", "not known"}});
  Expect({54, {"--input", "data,extra", "--input_shape", "[1,3,-1,4],[1,3,4,4]"}, {"-1", "--batch"}});
  Expect({58, {"--input_shape", "[1,3,4,4],[1,3,4,4],[1]"}, {"more shapes than inputs"}});
  Expect({83, {"--input", "date[1,3,4,4]"}, {"--input", "no node \"date\"", "did you mean \"data\""}});
  Expect({83, {"--freeze_placeholder_with_value", "date->1"}, {"\"date\"", "did you mean \"data\""}});
  Expect({83, GoodWith({"--mean_values", "date(1,2,3)"}), {"no input \"date\"", "data, extra"}});
  Expect({83, GoodWith({"--layout", "date(nhwc)"}), {"no input or output \"date\"", "data, extra and relu"}});
  Expect({60, GoodWith({"--mean_values", "data(1,2)"}), {"got 2 values", "expected 3"}});
  Expect({60, GoodWith({"--mean_values", "data(1,2,3,4)"}), {"--source_layout nhwc"}});
  Expect({61, GoodWith({"--mean_values", "(1,2,3)"}), {"got 1 groups", "2 inputs"}});
  Expect({62, GoodWith({"--scale_values", "(1,2,3)"}), {"got 1 groups", "2 inputs"}});
}

TEST_F(Faq, BatchThatTheModelDoesNotLeaveOpen) {
  const std::string stated = Replaced(kSymbol, R"json("name": "data", )json",
                                      R"json("name": "data", "attrs": {"__shape__": "(10, 3, 4, 4)"}, )json");
  Expect({39, {"--batch", "4"}, {"--batch 4", "[10,3,4,4]", "--input_shape"}, stated});
}

TEST_F(Faq, FilesAndGraphs) {
  WriteText(At("file"), "x");
  Expect({22, GoodWith({"--output_dir", "@/file"}), {"output folder", "is a file"}});
  Expect({22, GoodWith({"--output_dir", "@/file/below"}), {"output folder"}});
  for (const char* version : {"10", "11"}) {
    Expect({24,
            GoodWith({"--ir_version", version}),
            {std::string("IR v") + version + " has no operators", "\"relu", "--ir_version 3"},
            Replaced(kSymbol, R"("op": "Activation", "name": "relu", "attrs": {"act_type": "relu"})",
                     R"("op": "_linalg_potrf", "name": "relu")")});
  }
  Expect({25, kGood, {"got node 60, expected one of 7"}, Replaced(kSymbol, "[[5,0,0]]", "[[60,0,0]]")});
  Expect({38, {"--input", "data,extra", "--input_shape", "[1,3,4,4],[1,5,4,4]"}, {"add"}});
  Expect({45,
          kGood,
          {"Custom", "docs/adding_an_operator.md"},
          Replaced(kSymbol, R"("op": "Activation")", R"("op": "Custom")")});
  Expect({53, kGood, {"net-symbol.json", "not JSON"}, "{\"nodes\": ["});
  Expect({84, GoodWith({"--input_symbol", "@/none.json"}), {"none.json", "No such file"}});
  Expect(
      {85, GoodWith({"--input_model", "@/net-symbol.json", "--input_symbol", "@/net-symbol.json"}), {"JSON", "0x112"}});
  Expect({86, kGood, {"MyLayer"}, Replaced(kSymbol, R"("op": "Activation")", R"("op": "MyLayer")")});
  Expect({86,
          kGood,
          {"attribute scheme"},
          Replaced(kSymbol, R"("relu"}, "inputs")", R"("relu", "scheme": "new"}, "inputs")")});
  Expect({97, kGood, {"a cycle"}, Replaced(kSymbol, "[[0,0,0],[1,0,0]]", "[[6,0,0],[1,0,0]]")});
  WriteText(At("lonely-0001.params"), "");
  Expect({84, {"--input_model", "@/lonely-0001.params"}, {"lonely-symbol.json", "--input_symbol"}});
  fs::resize_file(At("net-0001.params"), fs::file_size(At("net-0001.params")) - 10);
  Expect({53, kGood, {"net-0001.params", "byte "}});
}

TEST_F(Faq, EveryNumberIsInTheManual) {
  const std::string manual = ReadText(std::string(MOIR_TEST_DATA_DIR) + "/../../docs/faq.md");
  for (const int number : kFaqNumbers)
    EXPECT_THAT(manual, HasSubstr("\n## Question #" + std::to_string(number) + ":")) << number;
}

}  // namespace
}  // namespace moir::mo

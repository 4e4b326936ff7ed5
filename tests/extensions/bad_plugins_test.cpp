// Plug-ins that do wrong: an error that names their file, and the process lives to say it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/extensions/extension_testing.h"

namespace moir {
namespace {

using test::Finished;
using test::Plugin;
using ::testing::HasSubstr;

struct Expectation {
  std::string name;
  std::vector<std::string> parts;
};

class BadPlugins : public ::testing::Test {
 protected:
  std::string At(const std::string& name) const { return folder_.Path() + "/" + name; }

  Finished Mo(const std::string& symbol, const std::vector<std::string>& extensions,
              const std::vector<std::string>& more = {}) const {
    std::ofstream(At("m-symbol.json")) << symbol;
    std::vector<std::string> arguments = {"--input_symbol", At("m-symbol.json"), "--input_shape", "[1,4]",
                                          "--output_dir",   At("out"),           "--model_name",  "m"};
    std::string list;
    for (const std::string& extension : extensions) list += (list.empty() ? "" : ",") + extension;
    arguments.insert(arguments.end(), {"--extensions", list});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::RunProgram("mo", arguments);
  }

  static void ExpectRefused(const Finished& finished, const std::vector<std::string>& parts) {
    EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
    for (const std::string& part : parts) EXPECT_THAT(finished.errors, HasSubstr(part));
  }

  test::TempFolder folder_;
};

TEST_F(BadPlugins, AreRefusedWhenTheyAreLoaded) {
  const Expectation cases[] = {
      {"version", {"it was built for version 99 of the plug-in interface, this is version 1"}},
      {"size", {"its description has 8 bytes, expected"}},
      {"no_entry", {"it is no plug-in: it exports no function MoirExtensionEntry"}},
      {"null", {"MoirExtensionEntry gave no description"}},
      {"throw", {"an exception left MoirExtensionEntry"}},
      {"built_in_operator", {"operator \"Convolution\": the name is taken by an operator that is built in"}},
      {"twice", {"operator \"Unloadable\" is there twice"}},
      {"built_in_converter", {"converter of Activation: mo converts this operator itself"}},
      {"alias_converter", {"converter of ElementWiseSum: mo converts this operator itself"}},
      {"place", {"pass \"mine\": got the place \"before:fold_constant\"", "did you mean \"fold-constants\"?"}},
      {"symbol", {"it cannot be loaded as a shared library", "FunctionThatNobodyHas"}},
      {"layer_type", {"operator \"Unloadable\": the layer type \"pooling\" is one that readers of IRs know"}},
      {"no_infer", {"operator \"Unloadable\": it has no function infer"}},
      {"name", {"operator: got the name \"no name\", expected letters"}},
      {"entry_size", {"operator 0: got a structure of 8 bytes, expected"}},
      {"default", {"operator \"Unloadable\": attribute alpha: default: got \"many\""}},
      {"pass_name", {"pass \"fold-constants\": the name is taken by one of mo's passes"}},
      {"custom", {"converter of Custom: expected an op_type for Custom"}},
      {"count", {"its description is damaged"}},
  };
  for (const Expectation& expected : cases) {
    SCOPED_TRACE(expected.name);
    const std::string path = Plugin("test/unloadable_" + expected.name);
    std::vector<std::string> parts = expected.parts;
    parts.push_back(path);
    ExpectRefused(Mo(test::OneOperatorSymbol("tanh", ""), {path}), parts);
    EXPECT_FALSE(std::filesystem::exists(At("out/m.xml")));
  }
}

TEST_F(BadPlugins, MayNotTakeEachOthersNames) {
  ExpectRefused(
      Mo(test::OneOperatorSymbol("tanh", ""), {Plugin("template_layer"), Plugin("test/unloadable_duplicate")}),
      {Plugin("test/unloadable_duplicate"), "operator \"SoftThreshold\": the name is taken by ",
       Plugin("template_layer")});
  // The same file twice is one plug-in.
  EXPECT_EQ(Mo(test::OneOperatorSymbol("tanh", ""), {Plugin("template_layer"), Plugin("template_layer")}).exit_code, 0);
}

TEST_F(BadPlugins, AreNoOtherFiles) {
  std::ofstream(At("text.so")) << "no library";
  std::ofstream(At("empty.so"));
  const std::string symbol = test::OneOperatorSymbol("tanh", "");
  ExpectRefused(Mo(symbol, {At("text.so")}), {At("text.so"), "it cannot be loaded as a shared library"});
  ExpectRefused(Mo(symbol, {At("empty.so")}), {At("empty.so"), "it cannot be loaded as a shared library"});
  ExpectRefused(Mo(symbol, {At("missing.so")}), {At("missing.so"), "there is no such file or folder"});
}

TEST_F(BadPlugins, FailWhileTheyConvertInferAndRewrite) {
  const std::string path = Plugin("test/misbehaving");
  const Expectation cases[] = {
      {"infer throws", {"infer: an exception left the function: thrown by infer", "(Misbehaving)"}},
      {"infer throws a number", {"infer: an exception left the function"}},
      {"infer returns 7", {"infer: the function returned status 7 without a message"}},
      {"infer fails silently", {"infer: the function returned status 1 without a message"}},
      {"infer negative", {"shape: got size -4 along axis 1, expected 0 or more"}},
      {"infer huge", {"infer:", "1099511627776"}},
      {"infer rank", {"rank: got 1000, expected a number from 0 to 64"}},
      {"infer type", {"element type: got the number 42"}},
      {"infer null", {"a null pointer was passed as dims"}},
      {"infer no output", {"infer: output 0 of 1 was not set"}},
      {"infer many outputs", {"set_output: got output 1, expected one of 1"}},
      {"infer attribute", {"operator Misbehaving has no attribute missing"}},
      {"infer evaluates", {"the host's function input_tensor cannot be called here"}},
      {"convert throws",
       {"convert: an exception left the function: thrown by convert", "node \"private\" (misbehave)"}},
      {"convert no output", {"convert: no output was set"}},
      {"convert hole", {"convert: output 0 was not set"}},
      {"convert value", {"99 is the number of no value"}},
      {"convert operator", {"there is no operator \"NoSuchOperator\""}},
      {"convert input", {"got 1 inputs, expected at least 6"}},
      {"convert null", {"a null pointer was passed as tensor"}},
      {"convert kind", {"attribute how: got kind 42"}},
      {"pass throws", {"pass misbehave", "run: an exception left the function: thrown by run"}},
      {"pass shape", {"pass misbehave", "set_result: output 0: got f32[3], expected f32[1,4]"}},
      {"pass cycle", {"pass misbehave", "it depends on itself"}},
  };
  for (const Expectation& expected : cases) {
    SCOPED_TRACE(expected.name);
    std::vector<std::string> parts = expected.parts;
    if (expected.name != "pass shape") parts.push_back(path);
    ExpectRefused(Mo(test::OneOperatorSymbol("misbehave", "\"how\": \"" + expected.name + "\""), {path}), parts);
    EXPECT_FALSE(std::filesystem::exists(At("out/m.xml")));
  }
  ExpectRefused(Mo(test::OneOperatorSymbol("misbehave", "\"how\": \"\", \"more\": \"1\""), {path}),
                {"attribute more = \"1\": moir does not know what it means here"});
}

TEST_F(BadPlugins, FailWhileTheyEvaluateAndRun) {
  const std::string path = Plugin("test/misbehaving");
  const Expectation cases[] = {
      {"evaluate throws", {"evaluate: an exception left the function: thrown by evaluate"}},
      {"create throws", {"create_kernel: an exception left the function: thrown by create_kernel"}},
      {"create nothing", {"create_kernel: it made no function run"}},
      {"create layout", {"a value of shape [1,4] has no channels last"}},
      {"run fails", {"run: said by run"}},
      {"run throws in a thread", {"run: an exception left the body of parallel_for"}},
      {"run reads what it skipped", {"input 9 of a node that has 1"}},
  };
  for (const Expectation& expected : cases) {
    for (const std::string version : {"3", "11"}) {
      SCOPED_TRACE(expected.name + ", IR v" + version);
      ASSERT_EQ(Mo(test::OneOperatorSymbol("misbehave", "\"how\": \"" + expected.name + "\""), {path},
                   {"--ir_version", version})
                    .exit_code,
                0);
      std::vector<std::string> parts = expected.parts;
      parts.insert(parts.end(), {path, "(Misbehaving)", "\"private\""});
      ExpectRefused(test::RunProgram("infer", {"--model", At("out/m.xml"), "--extensions", path}), parts);
    }
  }
}

TEST_F(BadPlugins, AreMissedByName) {
  const std::string path = Plugin("test/misbehaving");
  for (const std::string version : {"3", "11"}) {
    ASSERT_EQ(Mo(test::OneOperatorSymbol("misbehave", ""), {path}, {"--ir_version", version}).exit_code, 0);
    ExpectRefused(test::RunProgram("infer", {"--model", At("out/m.xml")}),
                  {version == "3" ? "MisbehavingLayer" : "Misbehaving (extension)", "--extensions LIB"});
    ExpectRefused(test::RunProgram("infer", {"--model", At("out/m.xml"), "--extensions", At("missing.so")}),
                  {At("missing.so"), "there is no such file"});
  }
}

TEST_F(BadPlugins, AreLeftOutOfFolders) {
  std::filesystem::create_directories(At("plugins"));
  std::filesystem::copy(Plugin("test/unloadable_no_entry"), At("plugins/a.so"));
  std::filesystem::copy(Plugin("template_layer"), At("plugins/b.so"));
  std::ofstream(At("plugins/c.txt")) << "no library";
  const Finished finished = Mo(test::OneOperatorSymbol("tanh", ""), {At("plugins")});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr(At("plugins/a.so") + " is no plug-in of moir and was left out"));
  EXPECT_THAT(finished.output,
              HasSubstr("extension " + At("plugins/b.so") + " (template_layer 1.0): 1 operator, 2 converters, 1 pass"));
  std::filesystem::create_directories(At("python"));
  std::ofstream(At("python/layer.py")) << "pass";
  EXPECT_THAT(Mo(test::OneOperatorSymbol("tanh", ""), {At("python")}).output, HasSubstr("holds no plug-in of moir"));
}

}  // namespace
}  // namespace moir

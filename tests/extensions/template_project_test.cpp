// mo --extensions_template: from a model with unknown operators to its numbers, with nothing but the formula added.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/extensions/extension_testing.h"

namespace moir {
namespace {

using test::Data;
using test::Finished;
using ::testing::HasSubstr;

class TemplateProject : public ::testing::Test {
 protected:
  std::string At(const std::string& name) const { return folder_.Path() + "/" + name; }

  Finished Template(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"--input_model",         Data("soft_threshold-0000.params"),
                                          "--input_symbol",        Data("soft_threshold-symbol.json"),
                                          "--extensions_template", name,
                                          "--output_dir",          folder_.Path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::RunProgram("mo", arguments);
  }

  Finished Convert(const std::string& plugin) const {
    return test::RunProgram("mo", {"--input_model", Data("soft_threshold-0000.params"), "--input_symbol",
                                   Data("soft_threshold-symbol.json"), "--input_shape", "[2,3,4,5]", "--output_dir",
                                   folder_.Path(), "--model_name", "m", "--extensions", plugin, "--verify"});
  }

  void Build(const std::string& project) const {
    const Finished configured = test::RunProgram(
        MOIR_CMAKE, {"-S", project, "-B", project + "/build", "-G", MOIR_GENERATOR,
                     std::string("-DCMAKE_MAKE_PROGRAM=") + MOIR_MAKE_PROGRAM,
                     std::string("-DCMAKE_CXX_COMPILER=") + MOIR_CXX, "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"});
    ASSERT_EQ(configured.exit_code, 0) << configured.output << configured.errors;
    const Finished built = test::RunProgram(MOIR_CMAKE, {"--build", project + "/build"});
    ASSERT_EQ(built.exit_code, 0) << built.output << built.errors;
  }

  test::TempFolder folder_;
};

TEST_F(TemplateProject, RunsOnceTheFormulaIsThere) {
  const Finished finished = Template("mine");
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("SoftThreshold: 2 nodes, becomes SoftThreshold"));
  EXPECT_THAT(finished.output, HasSubstr("Custom, op_type soft_threshold: 1 node, becomes SoftThreshold2"));
  for (const char* file : {"CMakeLists.txt", "README.md", "extension.h", "extension_api.h"})
    EXPECT_TRUE(std::filesystem::exists(At("mine/") + file)) << file;
  const std::string source = test::ReadText(At("mine/mine.cpp"));
  EXPECT_THAT(source, HasSubstr("// attribute slope: 0.5\n"));
  EXPECT_THAT(source, HasSubstr("// input 1: threshold, f32[3] of first_threshold\n"));
  EXPECT_THAT(source, HasSubstr("node.Double(\"slope\")"));
  EXPECT_THAT(test::ReadText(At("mine/README.md")), HasSubstr("| SoftThreshold | 2 |"));

  // It builds as it is, and says what is missing.
  Build(At("mine"));
  const Finished unfilled = Convert(At("mine/build/mine.so"));
  EXPECT_EQ(unfilled.exit_code, 1);
  EXPECT_THAT(unfilled.errors, HasSubstr("the formula of SoftThreshold has not been filled in"));

  // The same formula for both operators; the first has no slope.
  std::string filled = source;
  for (const std::string name : {"SoftThreshold", "SoftThreshold2"}) {
    const std::string missing = "Fail(\"the formula of " + name + " has not been filled in\");";
    const size_t place = filled.find(missing);
    ASSERT_NE(place, std::string::npos);
    const std::string slope = name == "SoftThreshold" ? "1.0" : "slope_value";
    filled.replace(place, missing.size(),
                   R"(
  const int64_t channels = data_tensor.shape[1], size = data_tensor.Size() / data_tensor.shape[0] / channels;
  for (int64_t i = 0; i < data_tensor.Size(); ++i) {
    const float x = data_tensor.Data<float>()[i], t = threshold_tensor.Data<float>()[i / size % channels];
    result0.Data<float>()[i] = static_cast<float>()" +
                       slope + R"() * std::copysign(std::max(std::fabs(x) - t, 0.0f), x);
  })");
  }
  std::ofstream(At("mine/mine.cpp")) << filled;
  Build(At("mine"));
  const Finished converted = Convert(At("mine/build/mine.so"));
  ASSERT_EQ(converted.exit_code, 0) << converted.output << converted.errors;
  const Finished run =
      test::RunProgram("infer", {"--model", At("m.xml"), "--extensions", At("mine/build/mine.so"), "--input",
                                 "data=" + Data("soft_threshold.npz"), "--output", At("out.npz")});
  ASSERT_EQ(run.exit_code, 0) << run.output << run.errors;
  test::ExpectOutputs("soft_threshold", apps::ReadNpz(At("out.npz")));
}

TEST_F(TemplateProject, KeepsWhatIsThere) {
  ASSERT_EQ(Template("mine").exit_code, 0);
  std::ofstream(At("mine/mine.cpp")) << "my work";
  const Finished again = Template("mine");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.errors, HasSubstr("is there already"));
  EXPECT_EQ(test::ReadText(At("mine/mine.cpp")), "my work");
}

TEST_F(TemplateProject, NeedsUnknownOperatorsAndAName) {
  const Finished known = Template("mine", {"--extensions", test::Plugin("template_layer")});
  EXPECT_EQ(known.exit_code, 1);
  EXPECT_THAT(known.errors, HasSubstr("has no operators that mo does not know"));
  EXPECT_FALSE(std::filesystem::exists(At("mine")));
  const Finished named = Template("../mine");
  EXPECT_EQ(named.exit_code, 1);
  EXPECT_THAT(named.errors, HasSubstr("--extensions_template"));
}

// Every kind of attribute, optional inputs, labels, several outputs, and texts that are hard to quote.
TEST_F(TemplateProject, BuildsFromAwkwardModels) {
  std::ofstream(At("m-symbol.json")) << R"json({"nodes": [
    {"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "a_gamma", "inputs": []},
    {"op": "null", "name": "softmax_label", "inputs": []},
    {"op": "_contrib_odd-op", "name": "a", "inputs": [[0,0,0],[1,0,0]], "attrs": {"class": "True", "size": "(1, 2,)",
      "text": "quote \" backslash \\ end", "big": "1e40", "odd name": "x", "int": "-3", "none": "None"}},
    {"op": "_contrib_odd-op", "name": "b", "inputs": [[3,1,0]], "attrs": {"class": "False", "none": "2"}},
    {"op": "Custom", "name": "c", "inputs": [[4,0,0],[2,0,0]], "attrs": {"op_type": "2 heads"}}],
    "arg_nodes": [0,1,2], "heads": [[5,0,0],[5,2,0]], "attrs": {"mxnet_version": ["int", 10901]}})json";
  const Finished finished = test::RunProgram(
      "mo", {"--input_symbol", At("m-symbol.json"), "--extensions_template", "odd", "--output_dir", folder_.Path()});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const std::string source = test::ReadText(At("odd/odd.cpp"));
  EXPECT_THAT(source, HasSubstr(".OptionalInput(\"gamma\")"));
  EXPECT_THAT(source, HasSubstr(".Outputs(3)"));
  EXPECT_THAT(source, HasSubstr("extension.CustomConverter(\"2 heads\", Op2Heads_::Convert, \"dl\")"));
  Build(At("odd"));
  // The plug-in can be loaded, and the model has no unknown operators any more.
  const Finished loaded =
      test::RunProgram("mo", {"--input_symbol", At("m-symbol.json"), "--extensions_template", "more", "--output_dir",
                              folder_.Path(), "--extensions", At("odd/build/odd.so")});
  EXPECT_THAT(loaded.errors, HasSubstr("has no operators that mo does not know"));
}

}  // namespace
}  // namespace moir

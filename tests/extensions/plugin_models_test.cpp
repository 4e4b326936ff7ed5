// The plug-ins that ship, from MXNet's files to the engine's numbers (tests/oracle/make_extension_cases.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ie_runtime/apps/common/npz.h"
#include "moir/moir.h"
#include "tests/extensions/extension_testing.h"

namespace moir {
namespace {

using test::Data;
using test::Plugin;
using ::testing::HasSubstr;

struct Case {
  const char* model;
  const char* plugin;
  const char* shape;
};
constexpr Case kCases[] = {
    {"soft_threshold", "template_layer", "[2,3,4,5]"}, {"binary", "binary_layers", "[2,6,5,7]"},
    {"binary_packed", "binary_layers", "[1,64,3,4]"},  {"quantized_bits", "binary_layers", "[2,4,5,5]"},
    {"private_losses", "private_losses", "[2,3,2,2]"},
};

class PluginModels : public ::testing::TestWithParam<int> {
 protected:
  test::Finished Convert(const Case& model, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"--input_model",  Data(std::string(model.model) + "-0000.params"),
                                          "--input_symbol", Data(std::string(model.model) + "-symbol.json"),
                                          "--input_shape",  model.shape,
                                          "--extensions",   Plugin(model.plugin),
                                          "--output_dir",   folder_.Path(),
                                          "--model_name",   "m"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::RunProgram("mo", arguments);
  }

  static void ExpectOutputs(const Case& model, const apps::NamedTensors& values) {
    test::ExpectOutputs(model.model, values);
  }

  test::TempFolder folder_;
};

TEST_P(PluginModels, ComputeWhatMxnetsOperatorsDo) {
  const std::string version = std::to_string(GetParam());
  for (const Case& model : kCases) {
    SCOPED_TRACE(model.model);
    const test::Finished converted = Convert(model, {"--ir_version", version, "--verify"});
    ASSERT_EQ(converted.exit_code, 0) << converted.output << converted.errors;
    const std::string out = folder_.Path() + "/out.npz";
    const test::Finished run =
        test::RunProgram("infer", {"--model", folder_.Path() + "/m.xml", "--extensions", Plugin(model.plugin),
                                   "--input", "data=" + Data(std::string(model.model) + ".npz"), "--output", out});
    ASSERT_EQ(run.exit_code, 0) << run.output << run.errors;
    ExpectOutputs(model, apps::ReadNpz(out));
  }
}
INSTANTIATE_TEST_SUITE_P(Versions, PluginModels, ::testing::Values(2, 3, 4, 10, 11));

// --extensions of the applications: lists, folders, and both.
TEST_F(PluginModels, LoadFromListsAndFolders) {
  const std::string both = folder_.Path() + "/both", empty = folder_.Path() + "/empty";
  std::filesystem::create_directories(both);
  std::filesystem::create_directories(empty);
  for (const std::string name : {"template_layer", "binary_layers"})
    std::filesystem::copy_file(Plugin(name), both + "/" + name + ".so");
  // Neither is a plug-in, and both are left out.
  std::filesystem::copy_file(Plugin("test/unloadable_no_entry"), both + "/other.so");
  std::ofstream(both + "/broken.so") << "no library";
  for (const Case& model : {kCases[0], kCases[2]}) {
    SCOPED_TRACE(model.model);
    ASSERT_EQ(Convert(model, {}).exit_code, 0);
    const std::string out = folder_.Path() + "/out.npz";
    for (const std::vector<std::string>& extensions :
         {std::vector<std::string>{Plugin("template_layer") + "," + Plugin("binary_layers")},
          std::vector<std::string>{both}, std::vector<std::string>{Plugin("private_losses") + "," + both},
          std::vector<std::string>{Plugin("template_layer"), "--extensions", Plugin("binary_layers")}}) {
      std::vector<std::string> arguments = {"--model",     folder_.Path() + "/m.xml",
                                            "--input",     "data=" + Data(std::string(model.model) + ".npz"),
                                            "--output",    out,
                                            "--extensions"};
      arguments.insert(arguments.end(), extensions.begin(), extensions.end());
      const test::Finished run = test::RunProgram("infer", arguments);
      ASSERT_EQ(run.exit_code, 0) << extensions[0] << "\n" << run.errors;
      ExpectOutputs(model, apps::ReadNpz(out));
    }
  }
  const auto refused = [&](const std::string& extensions, const std::string& text) {
    const test::Finished run =
        test::RunProgram("infer", {"--model", folder_.Path() + "/m.xml", "--extensions", extensions});
    EXPECT_EQ(run.exit_code, 1) << run.output;
    EXPECT_THAT(run.errors, HasSubstr(text));
  };
  refused(empty, "no plug-in (.so) in this folder");
  refused(Plugin("template_layer") + "," + both + "/other.so", "other.so: it is no plug-in");
  refused(both + "/broken.so", "broken.so");
  refused(Plugin("template_layer") + ",x", "--extensions: x: there is no such file or folder");
}

// Weights in FP16 do not touch packed signs.
TEST_F(PluginModels, KeepTheirSignsInFp16) {
  const Case& model = kCases[2];
  ASSERT_EQ(Convert(model, {"--compress_to_fp16", "--ir_version", "11"}).exit_code, 0);
  const std::string out = folder_.Path() + "/out.npz";
  ASSERT_EQ(test::RunProgram("infer", {"--model", folder_.Path() + "/m.xml", "--extensions", Plugin(model.plugin),
                                       "--input", "data=" + Data("binary_packed.npz"), "--output", out})
                .exit_code,
            0);
  ExpectOutputs(model, apps::ReadNpz(out));
}

TEST_F(PluginModels, RunOnTheirKernelsInAProgram) {
  const Case& model = kCases[1];
  ASSERT_EQ(Convert(model, {}).exit_code, 0);
  Core core;
  core.AddExtension(Plugin(model.plugin));
  core.AddExtension(Plugin(model.plugin));  // once more is nothing new
  for (const char* threads : {"1", "3"}) {
    CompiledModel compiled = core.CompileModel(folder_.Path() + "/m.xml",
                                               {{"enable_profiling", "true"}, {"inference_num_threads", threads}});
    InferRequest request = compiled.CreateInferRequest();
    for (const auto& [name, tensor] : apps::ReadNpz(Data("binary.npz"))) {
      if (name == "data") request.SetTensor("data", tensor);
    }
    request.Infer();
    apps::NamedTensors outputs;
    for (const Port& port : compiled.Outputs()) outputs.emplace_back(port.name, request.GetTensor(port.name));
    ExpectOutputs(model, outputs);
    size_t layers = 0;
    for (const ProfilingInfo& layer : request.GetProfilingInfo()) {
      if (layer.node_type != "XnorConvolution" && layer.node_type != "XnorFullyConnected") continue;
      EXPECT_EQ(layer.exec_type, "extension") << layer.node_name;
      ++layers;
    }
    EXPECT_EQ(layers, 7u);
  }
}

TEST_F(PluginModels, SayWhoRunsThem) {
  const std::string old_ir = Convert(kCases[0], {}).output;
  EXPECT_THAT(old_ir,
              HasSubstr("runs in: moir engine only, with --extensions template_layer.so (layers: SoftThreshold)"));
  const std::string new_ir = Convert(kCases[0], {"--ir_version", "11"}).output;
  EXPECT_THAT(new_ir, HasSubstr("OpenVINO cannot run the IR: it has no operators SoftThreshold"));
  EXPECT_THAT(new_ir, HasSubstr("runs in: moir only, with --extensions template_layer.so (operators: SoftThreshold)"));
  // What a plug-in makes of operators that are built in runs everywhere.
  EXPECT_THAT(Convert(kCases[3], {"--ir_version", "11"}).output, HasSubstr("runs in: OpenVINO 2022.1 and later"));
}

// Sizes may stay open: an operator's shapes are inferred again for the sizes that arrive.
TEST_F(PluginModels, TakeOpenSizes) {
  ASSERT_EQ(Convert({"soft_threshold", "template_layer", "[-1,3,-1,-1]"}, {"--ir_version", "11"}).exit_code, 0);
  const std::string out = folder_.Path() + "/out.npz";
  const test::Finished run = test::RunProgram(
      "infer", {"--model", folder_.Path() + "/m.xml", "--extensions", Plugin("template_layer"), "--input_shape",
                "[2,3,4,5]", "--input", "data=" + Data("soft_threshold.npz"), "--output", out});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  test::ExpectOutputs("soft_threshold", apps::ReadNpz(out));
}

TEST_F(PluginModels, MayBeWrittenInC) {
  std::ofstream(folder_.Path() + "/m-symbol.json") << test::OneOperatorSymbol("doubled", "");
  const std::vector<std::string> arguments = {"--input_symbol", folder_.Path() + "/m-symbol.json",
                                              "--input_shape",  "[1,4]",
                                              "--output_dir",   folder_.Path(),
                                              "--model_name",   "m",
                                              "--extensions",   Plugin("test/plain")};
  ASSERT_EQ(test::RunProgram("mo", arguments).exit_code, 0);
  EXPECT_THAT(test::ReadText(folder_.Path() + "/m.xml"), HasSubstr("type=\"DoubledLayer\""));
  Core core;
  core.AddExtension(Plugin("test/plain"));
  InferRequest request = core.CompileModel(folder_.Path() + "/m.xml").CreateInferRequest();
  const float values[] = {-2, -0.5f, 0.25f, 3};
  std::copy(values, values + 4, request.GetInputTensor().Data<float>());
  request.Infer();
  for (size_t i = 0; i < 4; ++i) {
    const float expected = 1 / (1 + std::exp(-2 * std::tanh(values[i])));
    EXPECT_NEAR(request.GetOutputTensor().Data<float>()[i], expected, 1e-6f);
  }
}

TEST_F(PluginModels, NameParametersThatAreMissing) {
  const test::Finished finished = test::RunProgram(
      "mo", {"--input_symbol", Data("binary_packed-symbol.json"), "--input_shape", "[1,64,3,4]", "--output_dir",
             folder_.Path(), "--model_name", "m", "--extensions", Plugin("binary_layers")});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.errors, HasSubstr("parameter \"conv_float32_weight\" is not in the params file"));
}

// What BMXNet's versions compute differently, or not at all, is an error and no guess.
TEST_F(PluginModels, RefuseWhatTheyCannotKnow) {
  const struct {
    const char* op;
    const char* attributes;
    const char* message;
  } cases[] = {
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "act_bit": "4")json", "without weight_bit"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "scaling_factor": "True")json",
       "attribute scaling_factor"},
      {"QConvolution", R"json("kernel": "(1,1,1)", "num_filter": "2")json", "attribute kernel: got [1,1,1]"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "layout": "NHWC")json",
       "attribute layout: got NHWC"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "0")json", "num_filter and num_group: got 0"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "num_group": "0")json", "got 2 and 0"},
      {"QConvolution", R"json("kernel": "(7,7)", "num_filter": "2")json", "kernel of size 7 along an axis of size 3"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "binarized_weights_only": "True")json",
       "expected a multiple of 32"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "binarized_weights_only": "True", "act_bit": "2",
        "weight_bit": "1")json",
       "attribute binarized_weights_only: got True"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "stride": "(0,1)")json",
       "attribute strides: got 0"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "pad": "(-1,1)")json", "attribute pads: got -1"},
      {"QConvolution", R"json("kernel": "(1,1)", "num_filter": "2", "new_option": "1")json", "attribute new_option"},
      {"QFullyConnected", R"json("num_hidden": "two")json",
       "attribute num_hidden: got \"two\", expected whole numbers"},
      {"QFullyConnected", R"json("num_hidden": "2", "act_bit": "33")json",
       "attribute act_bit: got 33, expected 1 to 32"},
      {"QActivation", R"json("act_bit": "0")json", "attribute act_bit: got 0, expected 1 to 32"},
  };
  for (const auto& refused : cases) {
    SCOPED_TRACE(refused.attributes);
    const bool dense = std::string(refused.op) == "QFullyConnected",
               weighted = std::string(refused.op) != "QActivation";
    const std::string stem = folder_.Path() + "/m";
    std::ofstream(stem + "-symbol.json")
        << R"({"nodes": [{"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "w", "inputs": []},
      {"op": ")"
        << refused.op << R"(", "name": "y", "attrs": {)" << refused.attributes << R"(}, "inputs": [[0,0,0])"
        << (weighted ? ", [1,0,0]" : "") << R"(]}], "arg_nodes": [0,1], "heads": [[2,0,0]],
      "attrs": {"mxnet_version": ["int", 10901]}})";
    test::WriteParams(
        stem + "-0000.params",
        {{"arg:w", graph::Tensor(graph::ElementType::kF32, dense ? graph::Shape{2, 18} : graph::Shape{2, 2, 1, 1})}});
    const test::Finished finished =
        test::RunProgram("mo", {"--input_model", stem + "-0000.params", "--input_shape", "[1,2,3,3]", "--output_dir",
                                folder_.Path(), "--extensions", Plugin("binary_layers"), "--model_name", "refused"});
    EXPECT_EQ(finished.exit_code, 1) << finished.output;
    EXPECT_THAT(finished.errors, HasSubstr(refused.message));
    EXPECT_THAT(finished.errors, HasSubstr("node \"y\""));
  }
}

// Two of the three layers stand side by side, with slope 1; both are outputs but the first.
TEST_F(PluginModels, HaveTheirPassesAtTheirPlace) {
  const test::Finished finished = Convert(kCases[0], {"--log_level", "INFO"});
  EXPECT_THAT(finished.output, HasSubstr("pass merge-soft-thresholds: 1 changes"));
  EXPECT_LT(finished.output.find("pass fold-constants:"), finished.output.find("pass merge-soft-thresholds:"));
  const test::Finished without = Convert(kCases[0], {"--log_level", "INFO", "--disable_pass", "merge-soft-thresholds"});
  EXPECT_THAT(without.output, HasSubstr("pass merge-soft-thresholds: 0 changes"));
  EXPECT_EQ(without.exit_code, 0);
}

}  // namespace
}  // namespace moir

// The plug-ins that ship, from MXNet's files to the engine's numbers (tests/oracle/make_extension_cases.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

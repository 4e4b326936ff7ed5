// MXNet's recurrent networks, one step at a time with states kept by the request, against MXNet's whole sequence
// (tests/oracle/make_recurrent_cases.py).
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "ie_runtime/apps/common/npz.h"
#include "mo/convert.h"
#include "moir/moir.h"
#include "tests/support/graph_testing.h"

namespace moir {
namespace {

class Recurrent : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(Recurrent, StepsAreTheSequence) {
  const auto [mode, version] = GetParam();
  const std::string path = std::string(MOIR_TEST_DATA_DIR) + "/mxnet_recurrent/" + mode;
  const bool lstm = std::string(mode) == "lstm";
  const test::TempFolder folder;
  mo::Convert(mo::ParseOptions({"--input_symbol", path + "-symbol.json", "--input_model", path + "-0000.params",
                                "--input", std::string("data[1,2,3],state[2,2,4]") + (lstm ? ",state_cell[2,2,4]" : ""),
                                "--ir_version", version, "--output_dir", folder.Path(), "--model_name", "net"}),
              {}, {});
  Core core;
  Model model = core.ReadModel(folder.File("net.xml"));
  // Outputs are in MXNet's order: the sequence, the last hidden state, the last cell.
  const std::vector<Port> outputs = model.Outputs();
  ASSERT_EQ(outputs.size(), lstm ? 3U : 2U);
  model.AddState(outputs[1].name, "state");
  if (lstm) model.AddState(outputs[2].name, "state_cell");
  const CompiledModel compiled = core.CompileModel(model);
  ASSERT_EQ(compiled.Inputs().size(), 1U);
  ASSERT_EQ(compiled.Outputs().size(), 1U);

  std::map<std::string, Tensor> arrays;
  for (const auto& [name, tensor] : apps::ReadNpz(path + ".npz")) arrays[name] = tensor;
  const Tensor &data = arrays.at("data"), &expected = arrays.at("output"), &last = arrays.at("last");
  const int64_t steps = data.GetShape()[0];
  ASSERT_EQ(steps, 7);
  InferRequest request = compiled.CreateInferRequest();
  // Twice: the second time from where a Reset and the given states lead.
  for (int round = 0; round < 2; ++round) {
    for (VariableState& state : request.QueryState()) {
      state.Reset();
      state.SetState(arrays.at(state.GetName()));
    }
    float difference = 0, largest = 0;
    const auto compare = [&](const float* found, const float* wanted, size_t count) {
      for (size_t i = 0; i < count; ++i) {
        difference = std::max(difference, std::abs(found[i] - wanted[i]));
        largest = std::max(largest, std::abs(wanted[i]));
      }
    };
    for (int64_t step = 0; step < steps; ++step) {
      request.SetInputTensor(Tensor(data, {step, 0, 0}, {step + 1, 2, 3}));
      request.Infer();
      const Tensor output = request.GetOutputTensor();
      ASSERT_EQ(output.GetSize(), 8U);
      compare(output.Data<float>(), expected.Data<float>() + step * 8, 8);
    }
    const Tensor state = request.QueryState()[0].GetState();
    ASSERT_EQ(state.GetSize(), last.GetSize());
    compare(state.Data<float>(), last.Data<float>(), last.GetSize());
    EXPECT_GT(largest, 0.01f);
    EXPECT_LE(difference, 1e-5f * largest);
  }
}
INSTANTIATE_TEST_SUITE_P(All, Recurrent,
                         testing::Combine(testing::Values("lstm", "gru", "rnn_tanh"),
                                          testing::Values("3", "10", "11")));

}  // namespace
}  // namespace moir

// RNN with use_sequence_length, which MXNet computes on GPUs only: every sequence of a batch gives what it gives alone
// and cut to its length, which tests/mo/mxnet/operator_grids_test.cpp compares with MXNet.
#include <gtest/gtest.h>

#include "graph/evaluate.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/symbol_reader.h"

namespace moir::mo {
namespace {

using graph::Shape;
using graph::StrCat;
using graph::Tensor;

constexpr int64_t kSteps = 4, kInputs = 3, kHidden = 2;

Tensor Numbers(const Shape& shape, uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(shape.NumElements()));
  for (float& value : values) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<float>(static_cast<double>(seed >> 11) * 0x1.0p-53 * 2 - 1);
  }
  return Tensor::FromValues<float>(shape, values);
}

struct Kind {
  const char* mode;
  int64_t gates;
  bool bidirectional;
};

std::vector<Tensor> RunRnn(const Kind& kind, bool has_lengths, const std::map<std::string, Tensor>& inputs) {
  const bool lstm = std::string_view(kind.mode) == "lstm";
  std::vector<std::string> names = {"data", "parameters", "state"};
  if (lstm) names.emplace_back("cell");
  if (has_lengths) names.emplace_back("lengths");
  std::string nodes, reads;
  for (size_t i = 0; i < names.size(); ++i) {
    nodes += StrCat(R"({"op": "null", "name": ")", names[i], R"(", "inputs": []}, )");
    reads += StrCat(i > 0 ? ", " : "", "[", i, ", 0, 0]");
  }
  const std::string text =
      StrCat(R"({"nodes": [)", nodes, R"({"op": "RNN", "name": "rnn", "attrs": {"mode": ")", kind.mode,
             R"(", "num_layers": "2", "state_size": "2", "state_outputs": "True", "bidirectional": ")",
             kind.bidirectional ? "True" : "False", R"(", "use_sequence_length": ")", has_lengths ? "True" : "False",
             R"("}, "inputs": [)", reads, R"(]}], "heads": [)",
             StrCat("[", names.size(), ", 0, 0], [", names.size(), ", 1, 0]",
                    lstm ? StrCat(", [", names.size(), ", 2, 0]") : ""),
             R"(], "attrs": {"mxnet_version": ["int", 10901]}})");
  Symbol symbol = ParseSymbol(text, "symbol.json");
  UpgradeSymbol(symbol);
  const int64_t directions = kind.bidirectional ? 2 : 1;
  const int64_t size =
      directions * kind.gates * kHidden * ((kInputs + kHidden + 2) + (directions * kHidden + kHidden + 2));
  const Params params({{ParamKind::kArgument, "parameters", Numbers({size}, 7)}}, true, "params");
  BuildOptions options;
  for (const auto& [name, tensor] : inputs) options.inputs.push_back({name, tensor.Shape()});
  const BuildResult result = BuildGraph(symbol, params, options);
  return graph::EvaluateGraph(*result.graph, inputs);
}

// Row `index` of axis `axis`, the first `count` steps of axis 0 when it is another.
std::vector<float> Part(const Tensor& tensor, int64_t batch_index, int64_t first_count) {
  const Shape& shape = tensor.Shape();
  std::vector<float> part;
  for (int64_t t = 0; t < first_count; ++t) {
    for (int64_t k = 0; k < shape[2]; ++k)
      part.push_back(tensor.Values<float>()[static_cast<size_t>((t * shape[1] + batch_index) * shape[2] + k)]);
  }
  return part;
}

TEST(RnnSequenceLength, EverySequenceAsIfAlone) {
  const std::vector<float> lengths = {4, 1, 3};
  const auto batch = static_cast<int64_t>(lengths.size());
  for (const Kind& kind : {Kind{"lstm", 4, false}, Kind{"lstm", 4, true}, Kind{"gru", 3, true},
                           Kind{"rnn_tanh", 1, true}, Kind{"rnn_relu", 1, false}}) {
    SCOPED_TRACE(StrCat(kind.mode, kind.bidirectional ? " in both directions" : ""));
    const int64_t rows = kind.bidirectional ? 4 : 2;
    std::map<std::string, Tensor> inputs = {{"data", Numbers({kSteps, batch, kInputs}, 1)},
                                            {"state", Numbers({rows, batch, kHidden}, 2)},
                                            {"lengths", Tensor::FromValues<float>({batch}, lengths)}};
    if (kind.gates == 4) inputs["cell"] = Numbers({rows, batch, kHidden}, 3);
    const std::vector<Tensor> together = RunRnn(kind, true, inputs);
    ASSERT_EQ(together.size(), kind.gates == 4 ? 3u : 2u);
    for (int64_t b = 0; b < batch; ++b) {
      const auto length = static_cast<int64_t>(lengths[static_cast<size_t>(b)]);
      std::map<std::string, Tensor> alone;
      for (const auto& [name, tensor] : inputs) {
        if (name == "lengths") continue;
        const int64_t count = name == "data" ? length : rows;
        alone[name] = Tensor::FromValues<float>({count, 1, tensor.Shape()[2]}, Part(tensor, b, count));
      }
      const std::vector<Tensor> expected = RunRnn(kind, false, alone);
      EXPECT_EQ(Part(together[0], b, length), expected[0].ToVector<float>()) << "sequence " << b;
      const std::vector<float> whole = Part(together[0], b, kSteps);
      for (size_t i = expected[0].ToVector<float>().size(); i < whole.size(); ++i) EXPECT_EQ(whole[i], 0);
      for (size_t i = 1; i < together.size(); ++i)
        EXPECT_EQ(Part(together[i], b, rows), expected[i].ToVector<float>()) << "sequence " << b << ", state " << i;
    }
  }
}

}  // namespace
}  // namespace moir::mo

// --detection_output: the cases of MXNet's MultiBoxDetection, written as the layer DetectionOutput, give the boxes that
// MXNet 1.9.1 gave, in the layer's layout.
#include <gtest/gtest.h>

#include <algorithm>

#include "graph/evaluate.h"
#include "graph/pass.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/support/ir_testing.h"
#include "tests/support/mxnet/operator_grids.h"
#include "transforms/legalize_for_ir_v2_v4/legalize.h"
#include "transforms/pipeline.h"

namespace moir {
namespace {

using graph::Tensor;

std::vector<Tensor> Detect(const test::GridCase& entry, const test::IrFiles& files) {
  mo::Symbol symbol = mo::ParseSymbol(entry.symbol_text, "symbol.json");
  mo::UpgradeSymbol(symbol);
  mo::BuildOptions options;
  for (const auto& [name, tensor] : entry.inputs) options.inputs.push_back({name, tensor.Shape()});
  const std::unique_ptr<graph::Graph> graph = mo::BuildGraph(symbol, entry.params, options).graph;
  transforms::MakePipeline({}).Run(*graph);
  graph::PassRunner legalize;
  for (auto& pass : transforms::MakeLegalizePassesV2V4({.version = 3, .detection_output = true}))
    legalize.Add(std::move(pass));
  legalize.Run(*graph);
  size_t layers = 0;
  for (const graph::Node* node : graph->TopologicalOrder()) layers += node->Is("ie.DetectionOutput");
  EXPECT_EQ(layers, 1u);
  files.Write(*graph);
  return graph::EvaluateGraph(*files.Read(), entry.inputs);
}

// MXNet's rows [N, A, 6] that were kept, as the layer lists them.
std::vector<float> InLayerOrder(const Tensor& expected, int64_t rows) {
  const std::vector<float> values = expected.ToVector<float>();
  const auto anchors = static_cast<size_t>(expected.Shape()[1]);
  std::vector<std::vector<float>> kept;
  for (size_t i = 0; i < values.size() / 6; ++i) {
    const float* row = values.data() + i * 6;
    if (row[0] < 0) continue;
    kept.push_back({static_cast<float>(i / anchors), row[0], row[1], row[2], row[3], row[4], row[5]});
  }
  std::stable_sort(kept.begin(), kept.end(), [](const std::vector<float>& a, const std::vector<float>& b) {
    return std::pair(a[0], a[1]) < std::pair(b[0], b[1]);
  });
  std::vector<float> result;
  for (const std::vector<float>& row : kept) result.insert(result.end(), row.begin(), row.end());
  const size_t used = result.size();
  result.resize(static_cast<size_t>(rows) * 7, 0.0f);
  if (used < result.size()) result[used] = -1;
  return result;
}

// Whether the case's nms_topk leaves boxes out: which of equal scores the layer decides otherwise.
bool Cuts(const std::string& name, int64_t anchors) {
  constexpr std::string_view kAttribute = "nms_topk=";
  const size_t at = name.find(kAttribute);
  if (at == std::string::npos) return false;
  const long topk = std::stol(name.substr(at + kAttribute.size()));
  return topk > 0 && topk < anchors;
}

TEST(DetectionOutput, HoldsMXNetsBoxes) {
  const test::IrFiles files;
  size_t compared = 0, refused = 0;
  for (const test::GridCase& entry : test::LoadOperatorGrid("_contrib_MultiBoxDetection")) {
    SCOPED_TRACE(entry.name);
    const Tensor& expected = entry.outputs[0].second;
    // One class beside the background cannot suppress another.
    const bool one_class = entry.inputs.begin()->second.Shape()[1] == 2;
    const bool other = entry.name.find("nms_threshold=0.0") != std::string::npos ||
                       (entry.name.find("force_suppress=T") != std::string::npos && !one_class) ||
                       (Cuts(entry.name, expected.Shape()[1]) && !one_class);
    try {
      const std::vector<Tensor> outputs = Detect(entry, files);
      EXPECT_FALSE(other) << "must be refused";
      ASSERT_EQ(outputs.size(), 1u);
      ASSERT_EQ(outputs[0].Shape().Rank(), 4);
      const int64_t rows = outputs[0].Shape()[2];
      EXPECT_EQ(outputs[0].Shape(), (graph::Shape{1, 1, rows, 7}));
      const Tensor wanted = Tensor::FromValues<float>(outputs[0].Shape(), InLayerOrder(expected, rows));
      EXPECT_EQ(test::Difference(outputs[0], wanted), "");
      ++compared;
    } catch (const graph::Error& error) {
      EXPECT_TRUE(other) << error.what();
      EXPECT_EQ(error.Kind(), graph::ErrorKind::kUnsupported) << error.what();
      EXPECT_NE(std::string(error.what()).find("node \"op\": --detection_output"), std::string::npos) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(compared, 50u);
  EXPECT_GT(refused, 5u);
}

}  // namespace
}  // namespace moir

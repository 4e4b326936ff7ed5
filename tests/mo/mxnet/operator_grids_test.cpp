// Every converter against MXNet 1.9.1: each case of tests/data/mxnet_operator_grids becomes a graph, whose plain
// evaluation gives MXNet's outputs.
#include "tests/support/mxnet/operator_grids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "graph/evaluate.h"
#include "graph/verify.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/op_table.h"
#include "mo/mxnet/symbol_reader.h"

namespace moir::mo {
namespace {

using graph::ElementType;
using graph::StrCat;
using graph::Tensor;
using test::Difference;
using test::GridCase;

struct Refusal {
  std::string_view operator_name;
  std::string_view part;    // of the names of the cases
  std::string_view reason;  // part of the message
};

// What moir refuses although MXNet computes it. Every case that contains `part` is refused, with kUnsupported, and
// there is one.
const std::vector<Refusal> kRefused = {
    {"Custom", "ratios=(1.4)", "round differently"},
    {"_image_resize", "interp=3", "attribute interp"},
    {"_image_resize", "interp=4", "attribute interp"},
    {"_image_resize", "size=4,5x6x3,uint8", "fixed point"},
    {"_npi_cbrt", "int32", "data of i32"},
    {"_npi_insert_tensor", "an input", "positions that are computed"},
    {"_npi_log10", "int32", "data of i32"},
    {"_npi_log2", "int32", "data of i32"},
    {"_npi_norm", "int32", "data of i32"},
    {"_npi_norm", "ord=2,axis=(0 1),flag=-1,3x4", "singular values"},
    {"_npi_norm", "ord=2,axis=(0 1),flag=2,3x4", "singular values"},
    {"_npi_einsum", "subscripts=...ij", "an ellipsis is not supported"},
    {"_npi_einsum", "subscripts=ii->i", "diagonals of one operand are not supported"},
    {"_while_loop", "condition depends on data", "the number of steps depends on the model's inputs"},
};

const Refusal* FindRefusal(const std::string& operator_name, const GridCase& entry) {
  const auto found = std::find_if(kRefused.begin(), kRefused.end(), [&](const Refusal& refusal) {
    return refusal.operator_name == operator_name && entry.name.find(refusal.part) != std::string::npos;
  });
  return found == kRefused.end() ? nullptr : &*found;
}

std::vector<Tensor> Evaluate(const GridCase& entry) {
  Symbol symbol = ParseSymbol(entry.symbol_text, "symbol.json");
  UpgradeSymbol(symbol);
  BuildOptions options;
  for (const auto& [name, tensor] : entry.inputs) options.inputs.push_back({name, tensor.Shape()});
  const BuildResult result = BuildGraph(symbol, entry.params, options);
  graph::Verify(*result.graph);
  return graph::EvaluateGraph(*result.graph, entry.inputs);
}

// Empty when the case is as expected.
std::string Judge(const std::string& operator_name, const GridCase& entry) {
  const Refusal* refusal = FindRefusal(operator_name, entry);
  try {
    const std::vector<Tensor> outputs = Evaluate(entry);
    if (refusal) return "is computed; take it off kRefused";
    if (outputs.size() != entry.outputs.size())
      return StrCat("got ", outputs.size(), " outputs, expected ", entry.outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (const std::string text = Difference(outputs[i], entry.outputs[i].second); !text.empty())
        return StrCat(entry.outputs[i].first, ": ", text);
    }
  } catch (const graph::Error& error) {
    if (!refusal) return error.what();
    if (error.Kind() != graph::ErrorKind::kUnsupported)
      return StrCat("refused, but not as unsupported: ", error.what());
    if (std::string_view(error.what()).find(refusal->reason) == std::string_view::npos)
      return StrCat("refused for another reason: ", error.what());
  }
  return {};
}

class OperatorGrids : public ::testing::TestWithParam<std::string> {};

TEST_P(OperatorGrids, GiveWhatMXNetGives) {
  const std::string& operator_name = GetParam();
  const std::vector<GridCase> cases = test::LoadOperatorGrid(operator_name);
  ASSERT_FALSE(cases.empty());
  ASSERT_TRUE(test::IsConverted(operator_name)) << "moir has no converter for it";
  std::string failures;
  size_t count = 0;
  for (const GridCase& entry : cases) {
    if (const std::string text = Judge(operator_name, entry); !text.empty()) {
      failures += StrCat("\n  ", entry.name, "\n      ", text);
      ++count;
    }
  }
  EXPECT_EQ(count, 0u) << count << " of " << cases.size() << " cases of " << operator_name << ":" << failures;
}

std::string TestName(const ::testing::TestParamInfo<std::string>& parameter) { return parameter.param; }

INSTANTIATE_TEST_SUITE_P(MXNet, OperatorGrids, ::testing::ValuesIn(test::OperatorGridFiles()), TestName);

TEST(OperatorGridLists, NameOnlyWhatHasCases) {
  const std::vector<std::string> files = test::OperatorGridFiles();
  EXPECT_GT(files.size(), 450u);
  for (const Refusal& refusal : kRefused) {
    const std::vector<GridCase> cases = test::LoadOperatorGrid(std::string(refusal.operator_name));
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(),
                            [&](const GridCase& entry) { return entry.name.find(refusal.part) != std::string::npos; }))
        << refusal.operator_name << ": " << refusal.part;
  }
}

TEST(OperatorGridLoader, ReadsInputsParametersAndOutputs) {
  const std::vector<GridCase> cases = test::LoadOperatorGrid("FullyConnected");
  const auto found =
      std::find_if(cases.begin(), cases.end(), [](const GridCase& entry) { return entry.name == "num_hidden=1,1x7"; });
  ASSERT_NE(found, cases.end());
  ASSERT_EQ(found->inputs.size(), 1u);
  EXPECT_EQ(found->inputs.at("data").Shape(), (graph::Shape{1, 7}));
  EXPECT_EQ(found->params.All().size(), 2u);
  EXPECT_EQ(found->params.Find(ParamKind::kArgument, "op_weight")->Shape(), (graph::Shape{1, 7}));
  ASSERT_EQ(found->outputs.size(), 1u);
  EXPECT_EQ(found->outputs[0].first, "op_output");
  // x * w + b by hand.
  const std::vector<float> x = found->inputs.at("data").ToVector<float>(),
                           w = found->params.Find("op_weight")->ToVector<float>();
  double sum = found->params.Find("op_bias")->ToVector<float>()[0];
  for (size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i]) * w[i];
  EXPECT_NEAR(found->outputs[0].second.ToVector<float>()[0], sum, 1e-5);
}

TEST(OperatorGridLoader, KeepsAuxiliaryStatesApart) {
  const std::vector<GridCase> cases = test::LoadOperatorGrid("BatchNorm");
  EXPECT_TRUE(cases[0].params.Find(ParamKind::kAuxiliary, "op_moving_mean"));
  EXPECT_FALSE(cases[0].params.Find(ParamKind::kArgument, "op_moving_mean"));
  EXPECT_TRUE(cases[0].params.Find(ParamKind::kArgument, "op_gamma"));
}

TEST(OperatorGridComparison, SeesTypesShapesAndValues) {
  const Tensor expected = Tensor::FromValues<float>({2}, {1.0f, 100.0f});
  EXPECT_EQ(Difference(Tensor::FromValues<float>({2}, {1.009f, 100.0f}), expected), "");
  EXPECT_NE(Difference(Tensor::FromValues<float>({2}, {1.011f, 100.0f}), expected), "");
  EXPECT_NE(Difference(Tensor::FromValues<float>({1, 2}, {1.0f, 100.0f}), expected), "");
  EXPECT_NE(Difference(Tensor::FromValues<double>({2}, {1.0, 100.0}), expected), "");
  EXPECT_NE(Difference(Tensor::FromValues<float>({2}, {NAN, 100.0f}), expected), "");
  EXPECT_NE(Difference(Tensor::FromValues<int32_t>({1}, {1}), Tensor::FromValues<int32_t>({1}, {2})), "");
  EXPECT_EQ(
      Difference(Tensor::FromValues<float>({2}, {NAN, HUGE_VALF}), Tensor::FromValues<float>({2}, {NAN, HUGE_VALF})),
      "");
  EXPECT_NE(Difference(Tensor::FromValues<float>({1}, {HUGE_VALF}), Tensor::FromValues<float>({1}, {-HUGE_VALF})), "");
}

}  // namespace
}  // namespace moir::mo

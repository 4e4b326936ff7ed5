#include "mo/mxnet/dialects.h"

#include <gtest/gtest.h>

#include <fstream>

#include "mo/mxnet/symbol_reader.h"
#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using Names = std::vector<std::string>;

const std::string kData = MOIR_TEST_DATA_DIR "/mxnet_readers/";

// One operator "n" over the variable "x".
Symbol Upgraded(const std::string& op, const std::string& attributes, int version = 0) {
  std::string text = R"({"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": ")" + op +
                     R"(", "name": "n", "inputs": [[0, 0]], "attrs": )" + attributes + R"(}], "heads": [[1, 0]])";
  if (version > 0) text += R"(, "attrs": {"mxnet_version": ["int", )" + std::to_string(version) + "]}";
  Symbol symbol = ParseSymbol(text + "}", "m.json");
  UpgradeSymbol(symbol);
  return symbol;
}

std::vector<std::string> InputNames(const Symbol& symbol, const SymbolNode& node) {
  std::vector<std::string> names;
  for (const SymbolInput& input : node.inputs) names.push_back(symbol.nodes[input.node].name);
  return names;
}

TEST(Dialects, KnowsEveryAliasThatMXNetRegisters) {
  std::ifstream file(kData + "operator_aliases.txt");
  std::string alias, registered;
  int count = 0;
  while (file >> alias >> registered) {
    EXPECT_EQ(CanonicalOperator(alias), registered) << alias;
    EXPECT_EQ(CanonicalOperator(registered), registered) << "an operator's own name must stay";
    ++count;
  }
  EXPECT_GT(count, 250);
}

TEST(Dialects, KnowsFormerNames) {
  EXPECT_EQ(CanonicalOperator("ChannelwiseConvolution"), "Convolution");
  EXPECT_EQ(CanonicalOperator("MultiBoxPrior"), "_contrib_MultiBoxPrior");
  EXPECT_EQ(CanonicalOperator("CuDNNBatchNorm"), "BatchNorm");
  EXPECT_EQ(CanonicalOperator("_npx_box_nms"), "_contrib_box_nms");
  // Names that look like another operator's and are not.
  EXPECT_EQ(CanonicalOperator("Crop"), "Crop");
  EXPECT_EQ(CanonicalOperator("crop"), "slice");
  EXPECT_EQ(CanonicalOperator("softmax"), "softmax");
  EXPECT_EQ(CanonicalOperator("Softmax"), "SoftmaxOutput");
  EXPECT_EQ(CanonicalOperator("WarpCTC"), "WarpCTC");
  EXPECT_EQ(CanonicalOperator("null"), "null");
  EXPECT_EQ(CanonicalOperator(""), "");
}

TEST(Dialects, RenamesOperatorsInSubgraphsToo) {
  Symbol symbol =
      ParseSymbol(R"({"nodes": [{"op": "null", "name": "_Plus"}, {"op": "_Plus", "name": "n", "inputs": [[0, 0]],
      "subgraphs": [{"nodes": [{"op": "null", "name": "x"},
      {"op": "_mul", "name": "m", "inputs": [[0, 0], [0, 0]]}]}]}]})",
                  "m.json");
  UpgradeSymbol(symbol);
  EXPECT_EQ(symbol.nodes[0].op, "null");
  EXPECT_EQ(symbol.nodes[1].op, "elemwise_add");
  EXPECT_EQ(symbol.nodes[1].subgraphs[0].nodes[1].op, "elemwise_mul");
}

TEST(Dialects, AgreesWithMXNetsOwnUpgrade) {
  Symbol symbol = ReadSymbol(kData + "old-symbol.json");
  UpgradeSymbol(symbol);
  std::ifstream file(kData + "old-upgraded.txt");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  std::vector<std::string> variables;
  for (const size_t i : symbol.arg_nodes) variables.push_back(symbol.nodes[i].name);
  EXPECT_EQ(::testing::PrintToString(variables), ::testing::PrintToString(graph::Split(line, ' ')));
  EXPECT_EQ(InputNames(symbol, *symbol.FindNode("bn")),
            (Names{"data", "bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"}));
  // The file's second line: argmax over all of (2, 3, 4) is (1,), and the new shape is (2, 2, 6).
  EXPECT_EQ(symbol.FindNode("best")->attributes, (AttributeMap{{"keepdims", "False"}}));
  EXPECT_EQ(symbol.FindNode("shaped")->attributes, (AttributeMap{{"shape", "(0, -1, 6)"}}));
  ASSERT_EQ(symbol.heads.size(), 2U);
  EXPECT_EQ(symbol.nodes[symbol.heads[0].node].name, "best");
  EXPECT_EQ(symbol.nodes[symbol.heads[1].node].name, "shaped");
}

TEST(Dialects, AddsStatesOnlyToFilesThatLeaveThemOut) {
  const Symbol old = Upgraded("BatchNorm_v1", "{}");
  EXPECT_EQ(old.nodes.back().op, "BatchNorm");
  EXPECT_EQ(InputNames(old, old.nodes.back()), (Names{"x", "n_gamma", "n_beta", "n_moving_mean", "n_moving_var"}));
  EXPECT_EQ(Upgraded("BatchNorm", "{}", 899).nodes.size(), 6U);
  EXPECT_EQ(Upgraded("BatchNorm", "{}", 900).nodes.size(), 2U);
  EXPECT_EQ(Upgraded("relu", "{}").nodes.size(), 2U);
  const Symbol plain = Upgraded("Convolution", R"({"no_bias": "True"})");
  EXPECT_EQ(InputNames(plain, plain.nodes.back()), (Names{"x", "n_weight"}));
  const Symbol biased = Upgraded("Convolution", "{}");
  EXPECT_EQ(InputNames(biased, biased.nodes.back()), (Names{"x", "n_weight", "n_bias"}));
  const Symbol transposed = Upgraded("Deconvolution", "{}");
  EXPECT_EQ(InputNames(transposed, transposed.nodes.back()), (Names{"x", "n_weight"}));
  EXPECT_EQ(Upgraded("LeakyReLU", R"({"act_type": "prelu"})").nodes.size(), 3U);
  EXPECT_EQ(Upgraded("LeakyReLU", R"({"act_type": "elu"})").nodes.size(), 2U);
  EXPECT_EQ(Upgraded("LeakyReLU", "{}").nodes.size(), 2U);
  const Symbol loss = Upgraded("Softmax", "{}");
  EXPECT_EQ(InputNames(loss, loss.nodes.back()), (Names{"x", "n_label"}));
}

TEST(Dialects, ArgmaxOfMinusOneMeantAllAxes) {
  EXPECT_TRUE(Upgraded("argmin", R"({"axis": "-1"})", 904).nodes[1].attributes.empty());
  EXPECT_EQ(Upgraded("argmax", R"({"axis": "1"})", 904).nodes[1].attributes, (AttributeMap{{"axis", "1"}}));
  EXPECT_EQ(Upgraded("argmax", R"({"axis": "-1"})", 905).nodes[1].attributes, (AttributeMap{{"axis", "-1"}}));
  EXPECT_EQ(Upgraded("sum", R"({"axis": "-1"})", 904).nodes[1].attributes, (AttributeMap{{"axis", "-1"}}));
}

TEST(Dialects, ReshapeKnowsTargetShape) {
  const auto shape = [](const std::string& attributes) {
    const AttributeMap map = Upgraded("reshape", attributes).nodes[1].attributes;
    EXPECT_FALSE(map.contains("target_shape"));
    EXPECT_FALSE(map.contains("keep_highest"));
    return map.contains("shape") ? map.at("shape") : "none";
  };
  EXPECT_EQ(shape(R"j({"target_shape": "(0, 6)"})j"), "(-1, 6)");
  EXPECT_EQ(shape(R"j({"target_shape": "(0, 6)", "keep_highest": "False"})j"), "(-1, 6)");
  EXPECT_EQ(shape(R"j({"target_shape": "(0, 12)", "keep_highest": "True"})j"), "(0, 12)");
  EXPECT_EQ(shape(R"j({"target_shape": "(9, 0)", "keep_highest": "1"})j"), "(0, -1)");
  EXPECT_EQ(shape(R"j({"target_shape": "(0,)"})j"), "(-1,)");
  EXPECT_EQ(shape(R"j({"target_shape": "(0, 3)", "shape": "(4, 6)"})j"), "(4, 6)");
  EXPECT_EQ(shape(R"j({"target_shape": "()", "keep_highest": "False"})j"), "none");
  EXPECT_EQ(shape(R"j({"target_shape": "(2, 12)", "shape": "()"})j"), "(2, 12)");
  for (const char* bad : {R"j({"target_shape": "(0, 0, 6)"})j", R"j({"target_shape": "(2, -1)"})j"}) {
    test::ExpectError([&] { Upgraded("Reshape", bad); }, ErrorKind::kBadModel,
                      {"m.json: node \"n\" (Reshape): attribute target_shape: got \"("});
  }
}

TEST(Dialects, PoolingV1IsPoolingWhereItIsTheSame) {
  for (const char* attributes :
       {R"j({"kernel": "(2, 2)"})j", R"j({"kernel": "(2, 2)", "pad": "(0, 0)", "pooling_convention": "full"})j",
        R"j({"kernel": "(2, 2)", "pool_type": "avg", "pad": "(1, 1)"})j",
        R"j({"kernel": "(2, 2)", "pool_type": "sum", "pad": "(1, 1)", "pooling_convention": "full"})j",
        R"j({"kernel": "(2, 2)", "pool_type": "max", "pad": "(1, 1)", "global_pool": "True"})j",
        R"j({"kernel": "(2, 2)", "pool_type": "avg", "pooling_convention": "full", "global_pool": "True"})j"}) {
    const Symbol symbol = Upgraded("Pooling_v1", attributes, 10901);
    ASSERT_EQ(symbol.nodes.size(), 2U) << attributes;
    EXPECT_EQ(symbol.nodes[1].op, "Pooling");
    EXPECT_EQ(symbol.nodes[1].attributes,
              ParseSymbol(std::string(R"({"nodes": [{"op": "f", "name": "n", "attrs": )") + attributes + "}]}", "m")
                  .nodes[0]
                  .attributes);
  }
}

TEST(Dialects, PoolingV1PadsItsMaximumWithZeros) {
  const Symbol symbol = Upgraded("Pooling_v1", R"j({"kernel": "(3, 2)", "pad": "(1, 0)", "stride": "(2, 2)"})j", 10901);
  ASSERT_EQ(symbol.nodes.size(), 3U);
  EXPECT_EQ(symbol.nodes[1].op, "Pad");
  EXPECT_EQ(symbol.nodes[1].name, "n_pad");
  EXPECT_EQ(symbol.nodes[1].attributes,
            (AttributeMap{{"constant_value", "0"}, {"mode", "constant"}, {"pad_width", "(0, 0, 0, 0, 1, 1, 0, 0)"}}));
  EXPECT_EQ(symbol.nodes[2].op, "Pooling");
  EXPECT_EQ(symbol.nodes[2].name, "n");
  EXPECT_EQ(symbol.nodes[2].attributes, (AttributeMap{{"kernel", "(3, 2)"}, {"stride", "(2, 2)"}}));
  EXPECT_EQ(InputNames(symbol, symbol.nodes[2]), (Names{"n_pad"}));
  EXPECT_EQ(symbol.heads, (std::vector<SymbolInput>{SymbolInput{2, 0, 0}}));
}

TEST(Dialects, PoolingV1DividesByTheWholeKernel) {
  const Symbol symbol =
      Upgraded("Pooling_v1",
               R"j({"kernel": "(2, 4)", "pool_type": "avg", "pooling_convention": "full", "pad": "(1, 1)"})j", 10901);
  ASSERT_EQ(symbol.nodes.size(), 3U);
  EXPECT_EQ(symbol.nodes[1].op, "Pooling");
  EXPECT_EQ(symbol.nodes[1].attributes.at("pool_type"), "sum");
  EXPECT_EQ(symbol.nodes[1].attributes.at("pad"), "(1, 1)");
  EXPECT_EQ(symbol.nodes[2].op, "_mul_scalar");
  EXPECT_EQ(symbol.nodes[2].name, "n");
  EXPECT_EQ(symbol.nodes[2].attributes, (AttributeMap{{"scalar", "0.125"}}));
  test::ExpectError(
      [] { Upgraded("Pooling_v1", R"j({"kernel": "(0, 4)", "pool_type": "avg", "pooling_convention": "full"})j"); },
      ErrorKind::kBadModel, {"attribute kernel"});
}

TEST(Dialects, LeavesModernFilesAsTheyAre) {
  for (const char* name : {"exported-symbol.json", "foreach-symbol.json", "fused-symbol.json"}) {
    const Symbol before = ReadSymbol(kData + name);
    Symbol after = before;
    UpgradeSymbol(after);
    ASSERT_EQ(after.nodes.size(), before.nodes.size());
    for (size_t i = 0; i < before.nodes.size(); ++i) {
      EXPECT_EQ(after.nodes[i].op, before.nodes[i].op);
      EXPECT_EQ(after.nodes[i].attributes, before.nodes[i].attributes);
      EXPECT_EQ(after.nodes[i].inputs, before.nodes[i].inputs);
    }
    EXPECT_EQ(after.heads, before.heads);
    EXPECT_EQ(after.arg_nodes, before.arg_nodes);
  }
}

}  // namespace
}  // namespace moir::mo

#include "mo/mxnet/symbol_reader.h"

#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;

const std::string kData = MOIR_TEST_DATA_DIR "/mxnet_readers/";

bool IsOneRemark(const std::vector<std::string>& remarks, std::string_view part) {
  return remarks.size() == 1 && remarks[0].find(part) != std::string::npos;
}

// data -> fc (with weight, no bias) -> relu, whose pieces tests replace.
std::string Graph(const std::string& fc_extra, const std::string& tail = R"("arg_nodes": [0, 1], "heads": [[3, 0]])") {
  return R"({"nodes": [{"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "w", "inputs": []},
    {"op": "FullyConnected", "name": "fc", "inputs": [[0, 0], [1, 0]])" +
         fc_extra + R"(}, {"op": "relu", "name": "act", "inputs": [[2, 0]]}], )" + tail + "}";
}

void ExpectRefused(const std::string& text, const std::vector<std::string>& parts) {
  std::vector<std::string> all = parts;
  all.push_back("m.json: ");
  test::ExpectError([&] { ParseSymbol(text, "m.json"); }, ErrorKind::kBadModel, all);
}

TEST(SymbolReader, ReadsTheOldestDialect) {
  const Symbol symbol = ParseSymbol(R"({
    "nodes": [
      {"op": "null", "param": {}, "name": "data", "inputs": [], "backward_source_id": -1, "attr": {"lr_mult": "0.2"}},
      {"op": "null", "param": {}, "name": "fc_weight", "inputs": [], "backward_source_id": -1},
      {"op": "FullyConnected", "param": {"no_bias": "True", "num_hidden": "10"}, "name": "fc",
       "inputs": [[0, 0], [1, 0]], "backward_source_id": -1, "attr": {"ctx_group": "dev1", "weight_lr_mult": "1.2"}}
    ], "arg_nodes": [0, 1], "heads": [[2, 0]]})",
                                    "m.json");
  EXPECT_EQ(symbol.version, 800);
  EXPECT_EQ(symbol.place, "m.json");
  ASSERT_EQ(symbol.nodes.size(), 3U);
  EXPECT_TRUE(symbol.nodes[0].IsVariable());
  EXPECT_EQ(symbol.nodes[0].hidden, (AttributeMap{{"__lr_mult__", "0.2"}}));
  EXPECT_EQ(symbol.nodes[2].op, "FullyConnected");
  EXPECT_EQ(symbol.nodes[2].name, "fc");
  EXPECT_EQ(symbol.nodes[2].attributes, (AttributeMap{{"no_bias", "True"}, {"num_hidden", "10"}}));
  EXPECT_EQ(symbol.nodes[2].hidden, (AttributeMap{{"__ctx_group__", "dev1"}, {"weight_lr_mult", "1.2"}}));
  EXPECT_EQ(symbol.nodes[2].inputs, (std::vector<SymbolInput>{SymbolInput{0, 0, 0}, SymbolInput{1, 0, 0}}));
  EXPECT_EQ(symbol.arg_nodes, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(symbol.heads, (std::vector<SymbolInput>{SymbolInput{2, 0, 0}}));
  EXPECT_TRUE(symbol.remarks.empty());
}

TEST(SymbolReader, ReadsTodaysDialectInAnyKeyOrderAndIndentation) {
  const Symbol symbol = ParseSymbol(
      "\xEF\xBB\xBF\r\n{\"attrs\":{\"mxnet_version\":[\"int\",10901]},\"heads\":[[2,1,3]],\t\"node_row_ptr\":[0,1,2,4],"
      "\"arg_nodes\":[0,1],\"nodes\":[{\"inputs\":[],\"name\":\"d\",\"op\":\"null\"},"
      "{\"attrs\":{\"__shape__\":\"(0, 4)\",\"num_outputs\":\"2\"},\"inputs\":[],\"name\":\"e\",\"op\":\"null\"},"
      "{\"inputs\":[[0,0,0],[1,0,5]],\"attrs\":{\"num_outputs\":\"2\",\"__layout__\":\"NCHW\"},\"name\":\"s\",\"op\":"
      "\"SliceChannel\"}]}",
      "m.json");
  EXPECT_EQ(symbol.version, 10901);
  EXPECT_FALSE(symbol.numpy_shapes);
  EXPECT_TRUE(symbol.nodes[1].attributes.empty()) << "what old files repeat on variables is no attribute of theirs";
  EXPECT_EQ(symbol.nodes[1].hidden, (AttributeMap{{"__shape__", "(0, 4)"}, {"num_outputs", "2"}}));
  EXPECT_EQ(symbol.nodes[2].attributes, (AttributeMap{{"num_outputs", "2"}}));
  EXPECT_EQ(symbol.nodes[2].hidden, (AttributeMap{{"__layout__", "NCHW"}}));
  EXPECT_EQ(symbol.nodes[2].inputs, (std::vector<SymbolInput>{SymbolInput{0, 0, 0}, SymbolInput{1, 0, 5}}));
  EXPECT_EQ(symbol.heads, (std::vector<SymbolInput>{SymbolInput{2, 1, 3}}));
  EXPECT_TRUE(symbol.remarks.empty());
}

TEST(SymbolReader, MergesAttributeDictionariesYoungestFirst) {
  const Symbol symbol = ParseSymbol(
      Graph(
          R"(, "param": {"a": "1", "b": "1", "c": "1"}, "attr": {"a": "2", "b": "2", "d": "2"}, "attrs": {"a": "3"})"),
      "m");
  EXPECT_EQ(symbol.nodes[2].attributes, (AttributeMap{{"a", "3"}, {"b", "2"}, {"c", "1"}, {"d", "2"}}));
}

TEST(SymbolReader, TurnsOtherValuesIntoText) {
  const Symbol symbol = ParseSymbol(
      Graph(R"(, "attrs": {"i": 3, "f": 0.5, "t": true, "n": null, "k": [3, 4], "one": [3], "s": "x"})"), "m");
  EXPECT_EQ(symbol.nodes[2].attributes,
            (AttributeMap{
                {"i", "3"}, {"f", "0.5"}, {"t", "True"}, {"n", "None"}, {"k", "(3, 4)"}, {"one", "(3,)"}, {"s", "x"}}));
}

TEST(SymbolReader, TakesEveryFormOfHeads) {
  EXPECT_EQ(ParseSymbol(Graph("", R"("heads": [[3, 0], [2, 0, 1]])"), "m").heads,
            (std::vector<SymbolInput>{SymbolInput{3, 0, 0}, SymbolInput{2, 0, 1}}));
  EXPECT_EQ(ParseSymbol(Graph("", R"("heads": [3, 0])"), "m").heads, (std::vector<SymbolInput>{SymbolInput{3, 0, 0}}));
  for (const char* tail : {R"("heads": [])", R"("arg_nodes": [0, 1])", R"("heads": null)"}) {
    const Symbol symbol = ParseSymbol(Graph("", tail), "m");
    EXPECT_EQ(symbol.heads, (std::vector<SymbolInput>{SymbolInput{3, 0, 0}})) << tail;
    EXPECT_TRUE(IsOneRemark(symbol.remarks, "no heads"));
  }
  EXPECT_EQ(ParseSymbol(R"({"nodes": [{"op": "null", "name": "x"}]})", "m").heads,
            (std::vector<SymbolInput>{SymbolInput{0, 0, 0}}));
}

TEST(SymbolReader, ChecksTheListsItDoesNotNeed) {
  EXPECT_TRUE(IsOneRemark(ParseSymbol(Graph("", R"("heads": [[3, 0]], "arg_nodes": [0])"), "m").remarks, "arg_nodes"));
  const Symbol wrong = ParseSymbol(Graph("", R"("heads": [[3, 0]], "arg_nodes": [0, 2])"), "m");
  EXPECT_TRUE(IsOneRemark(wrong.remarks, "arg_nodes"));
  EXPECT_EQ(wrong.arg_nodes, (std::vector<size_t>{0, 1}));
  EXPECT_TRUE(ParseSymbol(Graph("", R"("heads": [[3, 0]], "arg_nodes": [1, 0], "node_row_ptr": [0, 1, 2, 3, 4])"), "m")
                  .remarks.empty());
  for (const char* pointers : {"[0, 1, 2, 3]", "[0, 2, 1, 3, 4]", "[]"}) {
    const Symbol stale = ParseSymbol(Graph("", std::string(R"("heads": [[3, 0]], "node_row_ptr": )") + pointers), "m");
    EXPECT_TRUE(IsOneRemark(stale.remarks, "node_row_ptr")) << pointers;
  }
  ExpectRefused(Graph("", R"("heads": [[3, 0]], "arg_nodes": [4])"), {"\"arg_nodes\": got 4, expected one of 4 nodes"});
  ExpectRefused(Graph("", R"("heads": [[3, 0]], "arg_nodes": [-1])"), {"\"arg_nodes\": got -1"});
  ExpectRefused(Graph("", R"("heads": [[3, 0]], "arg_nodes": {})"), {"\"arg_nodes\": got an object"});
  ExpectRefused(Graph("", R"("heads": [[3, 0]], "node_row_ptr": ["x"])"), {"\"node_row_ptr\": got \"x\""});
}

TEST(SymbolReader, SortsNodesThatComeBeforeTheirProducers) {
  const Symbol symbol = ParseSymbol(
      R"({"nodes": [{"op": "relu", "name": "b", "inputs": [[2, 0]]}, {"op": "null", "name": "x", "inputs": []},
      {"op": "tanh", "name": "a", "inputs": [[1, 0]]}], "arg_nodes": [1], "heads": [[0, 0]]})",
      "m");
  ASSERT_EQ(symbol.nodes.size(), 3U);
  EXPECT_EQ(symbol.nodes[0].name, "x");
  EXPECT_EQ(symbol.nodes[1].name, "a");
  EXPECT_EQ(symbol.nodes[2].name, "b");
  EXPECT_EQ(symbol.nodes[2].inputs, (std::vector<SymbolInput>{SymbolInput{1, 0, 0}}));
  EXPECT_EQ(symbol.heads, (std::vector<SymbolInput>{SymbolInput{2, 0, 0}}));
  EXPECT_EQ(symbol.arg_nodes, (std::vector<size_t>{0}));
  EXPECT_TRUE(IsOneRemark(symbol.remarks, "sorted"));
}

TEST(SymbolReader, RefusesCycles) {
  ExpectRefused(
      R"({"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "f", "name": "a", "inputs": [[0, 0], [3, 0]]},
      {"op": "f", "name": "b", "inputs": [[1, 0]]}, {"op": "f", "name": "c", "inputs": [[2, 0]]}], "heads": [[3, 0]]})",
      {"a cycle of nodes: \"a\" reads \"c\" reads \"b\" reads \"a\""});
  ExpectRefused(R"({"nodes": [{"op": "f", "name": "a", "inputs": [[0, 0]]}], "heads": [[0, 0]]})",
                {"\"a\" reads \"a\""});
}

TEST(SymbolReader, AllowsNodesOfOneName) {
  const Symbol symbol =
      ParseSymbol(R"({"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "f", "name": "y", "inputs": [[0, 0]]},
      {"op": "g", "name": "y", "inputs": [[1, 0]]}], "heads": [[1, 0], [2, 0]]})",
                  "m");
  EXPECT_EQ(symbol.FindNode("y"), &symbol.nodes[1]);
  EXPECT_EQ(symbol.FindNode("z"), nullptr);
  EXPECT_EQ(symbol.PlaceOf(symbol.nodes[2]), "m: node \"y\" (g)");
  EXPECT_EQ(symbol.PlaceOf(symbol.nodes[0]), "m: node \"x\"");
}

TEST(SymbolReader, TakesVariablesOfOneNameForOne) {
  const Symbol symbol = ParseSymbol(R"({"nodes": [{"op": "null", "name": "x", "inputs": []},
      {"op": "f", "name": "a", "inputs": [[0, 0]]}, {"op": "null", "name": "x", "inputs": []},
      {"op": "null", "name": "y", "inputs": []}, {"op": "g", "name": "s", "inputs": [[1, 0], [2, 0], [3, 0]]}],
      "heads": [[4, 0], [2, 0]]})",
                                    "m");
  EXPECT_EQ(symbol.nodes[4].inputs, (std::vector<SymbolInput>{{1, 0}, {0, 0}, {3, 0}}));
  EXPECT_EQ(symbol.heads[1].node, 0u);
  ASSERT_EQ(symbol.remarks.size(), 1u);
  EXPECT_NE(symbol.remarks[0].find("several variables are named \"x\""), std::string::npos);
}

TEST(SymbolReader, RefusesWrongIndices) {
  const auto with_inputs = [](const std::string& inputs) {
    return R"({"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "f", "name": "y", "inputs": )" + inputs +
           R"(}], "heads": [[1, 0]]})";
  };
  ExpectRefused(with_inputs("[[0, 0], [2, 0]]"), {"node \"y\": input 1: got node 2, expected one of 2 nodes"});
  ExpectRefused(with_inputs("[[0, 1]]"), {"node \"y\": got output 1 of variable \"x\""});
  for (const char* bad : {"[[-1, 0]]", "[[0, -1]]", "[[0]]", "[[0, 0, 0, 0]]", "[0]", "[[0.0, 0]]", "[[\"0\", 0]]",
                          "[[9223372036854775808, 0]]", "[null]"}) {
    ExpectRefused(with_inputs(bad), {"node \"y\": input 0: got "});
  }
  ExpectRefused(with_inputs("{}"), {"node \"y\": \"inputs\": got an object"});
  ExpectRefused(Graph("", R"("heads": [[4, 0]])"), {"head 0: got node 4, expected one of 4 nodes"});
  ExpectRefused(Graph("", R"("heads": [[0, 1]])"), {"head 0: got output 1 of variable \"data\""});
  ExpectRefused(Graph("", R"("heads": 3)"), {"\"heads\": got 3"});
  ExpectRefused(R"({"nodes": [{"op": "null", "name": "x", "inputs": [[0, 0]]}]})",
                {"node \"x\": got 1 inputs, expected none on a variable"});
}

TEST(SymbolReader, RefusesWrongTypes) {
  ExpectRefused(R"({"nodes": {}})", {"\"nodes\": got an object, expected an array"});
  ExpectRefused(R"({"nodes": []})", {"\"nodes\": got an empty array"});
  ExpectRefused(R"({"nodes": [7]})", {"node 0: got 7, expected an object"});
  ExpectRefused(R"({"nodes": [{"name": "x"}]})", {"node 0: \"op\": got none"});
  ExpectRefused(R"({"nodes": [{"op": "", "name": "x"}]})", {"node \"x\": \"op\""});
  ExpectRefused(R"({"nodes": [{"op": "null", "name": 3}]})", {"node 0: \"name\": got 3, expected text"});
  ExpectRefused(Graph(R"(, "attrs": [1])"), {"node \"fc\": \"attrs\": got an array, expected an object"});
  ExpectRefused(Graph(R"(, "subgraphs": 1)"), {"node \"fc\": \"subgraphs\": got 1"});
  ExpectRefused(Graph("", R"("attrs": {"mxnet_version": ["int", "x"]})"), {"mxnet_version: got \"x\""});
  ExpectRefused(Graph("", R"("attrs": {"mxnet_version": ["int", -5]})"), {"mxnet_version: got -5"});
  ExpectRefused(Graph("", R"("attrs": [])"), {"\"attrs\": got an empty array"});
}

TEST(SymbolReader, SaysWhatTheFileIsInstead) {
  ExpectRefused("", {"not a symbol.json but empty"});
  ExpectRefused(R"({"layers": [], "name": 1})", {"not an MXNet symbol: no \"nodes\", only \"layers\", \"name\""});
  ExpectRefused("{}", {"an empty object"});
  ExpectRefused("[1, 2]", {"got an array, expected an object"});
  ExpectRefused(std::string("\x12\x01\0\0\0\0\0\0\0\0", 10), {"an MXNet array file"});
  ExpectRefused("\x1F\x8B\x08", {"gzip"});
  ExpectRefused("<!DOCTYPE html><html>", {"HTML"});
  ExpectRefused("version https://git-lfs.github.com/spec/v1\n", {"git-lfs"});
  test::ExpectError([] { ReadSymbol(kData + "types.params"); }, ErrorKind::kBadModel,
                    {"types.params: not a symbol.json but an MXNet array file"});
  test::ExpectError([] { ReadSymbol(kData + "absent.json"); }, ErrorKind::kIo, {"absent.json"});
}

TEST(SymbolReader, SaysWhereTextStopsBeingJson) {
  ExpectRefused("{\"nodes\": [\n  {\"op\": nul}\n]}", {"at byte ", "(line 2): not JSON: "});
  ExpectRefused("{\"nodes\": [", {"at byte 11 (line 1): not JSON"});
  ExpectRefused("{\"nodes\": []} x", {"at byte 14", "not JSON"});
  ExpectRefused("{\"nodes\": [{\"op\": \"\xC3\x28\"}]}", {"not JSON", "UTF-8"});
  // Every cut of a good file is refused.
  const std::string whole = Graph(R"(, "attrs": {"num_hidden": "1"})");
  ParseSymbol(whole, "m.json");
  for (size_t size = 0; size < whole.size(); ++size) ExpectRefused(whole.substr(0, size), {});
}

TEST(SymbolReader, SurvivesDeepNesting) {
  for (const char* open : {"[", "{\"nodes\":"}) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += open;
    ExpectRefused(text, {"nested deeper"});
  }
  std::string subgraphs = R"({"nodes": [{"op": "null", "name": "x"}]})";
  for (int i = 0; i < 60; ++i) subgraphs = R"({"nodes": [{"op": "f", "name": "n", "subgraphs": [)" + subgraphs + "]}]}";
  EXPECT_EQ(ParseSymbol(subgraphs, "m.json").nodes[0].subgraphs[0].nodes[0].subgraphs.size(), 1U);
  for (int i = 0; i < 60; ++i) subgraphs = R"({"nodes": [{"op": "f", "name": "n", "subgraphs": [)" + subgraphs + "]}]}";
  ExpectRefused(subgraphs, {"nested deeper"});
}

TEST(SymbolReader, ReadsSubgraphsOfControlFlow) {
  const Symbol symbol = ReadSymbol(kData + "foreach-symbol.json");
  EXPECT_EQ(symbol.version, 10901);
  ASSERT_EQ(symbol.nodes.size(), 3U);
  EXPECT_EQ(symbol.nodes[2].op, "_foreach");
  EXPECT_EQ(symbol.heads, (std::vector<SymbolInput>{SymbolInput{2, 0, 0}, SymbolInput{2, 1, 0}}));
  ASSERT_EQ(symbol.nodes[2].subgraphs.size(), 1U);
  const Symbol& body = symbol.nodes[2].subgraphs[0];
  EXPECT_EQ(body.version, 10901) << "a subgraph is as old as its file";
  EXPECT_TRUE(
      body.place.ends_with("foreach-symbol.json: node \"" + symbol.nodes[2].name + "\" (_foreach): subgraph 0"));
  ASSERT_EQ(body.nodes.size(), 4U);
  EXPECT_EQ(body.nodes[2].op, "elemwise_add");
  EXPECT_EQ(body.nodes[3].attributes, (AttributeMap{{"scalar", "2"}}));
  EXPECT_EQ(body.nodes[3].hidden, (AttributeMap{{"__subgraph_name__", "loop0"}}));
  EXPECT_EQ(body.heads, (std::vector<SymbolInput>{SymbolInput{2, 0, 0}, SymbolInput{3, 0, 0}}));
  EXPECT_TRUE(symbol.remarks.empty());
}

TEST(SymbolReader, ReadsSubgraphsOfFusedNodes) {
  const Symbol symbol = ReadSymbol(kData + "fused-symbol.json");
  const SymbolNode* fused = symbol.FindNode("sg_mkldnn_conv_0");
  ASSERT_NE(fused, nullptr);
  EXPECT_EQ(fused->op, "_sg_mkldnn_conv");
  ASSERT_EQ(fused->subgraphs.size(), 1U);
  EXPECT_EQ(fused->subgraphs[0].nodes.back().op, "Convolution");
  EXPECT_TRUE(symbol.nodes[1].attributes.empty());
}

TEST(SymbolReader, RefusesBrokenSubgraphsByPlace) {
  ExpectRefused(Graph(R"(, "subgraphs": [{"nodes": [{"op": "null"}]}])"),
                {"m.json: node \"fc\" (FullyConnected): subgraph 0: node 0: \"name\""});
}

TEST(SymbolReader, KnowsNumPysShapeRules) {
  const Symbol symbol = ReadSymbol(kData + "numpy-symbol.json");
  EXPECT_TRUE(symbol.numpy_shapes);
  EXPECT_EQ(symbol.nodes[1].op, "_npi_add_scalar");
}

TEST(SymbolReader, ReadsWhatGluonExports) {
  const Symbol symbol = ReadSymbol(kData + "exported-symbol.json");
  EXPECT_TRUE(symbol.remarks.empty());
  const SymbolNode* conv = symbol.FindNode("net_conv0_fwd");
  ASSERT_NE(conv, nullptr);
  EXPECT_EQ(conv->attributes.at("kernel"), "(3, 3)");
  EXPECT_EQ(conv->inputs.size(), 3U);
  EXPECT_EQ(symbol.FindNode("net_batchnorm0_fwd")->inputs.size(), 5U);
  EXPECT_EQ(symbol.FindNode("net_conv0_weight")->hidden.at("__shape__"), "(2, 1, 3, 3)");
}

}  // namespace
}  // namespace moir::mo

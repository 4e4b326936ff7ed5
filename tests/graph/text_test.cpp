#include "graph/text.h"

#include <gtest/gtest.h>

#include <cmath>

#include "graph/op_schema.h"
#include "graph/verify.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Node;
using graph::ParseGraph;
using graph::PrintGraph;

TEST(Text, RoundTripKeepsEverything) {
  Graph graph;
  Node* x = graph.AddParameter("data 0", ElementType::kF32, {1, 2, 4, 4});
  Node* unused = graph.AddParameter("unused", ElementType::kI64, {});
  Node* w = graph.AddConstant("w.weight", RandomTensor(ElementType::kF32, {2, 2, 3, 3}, 1));
  Node* c = graph.Add("Convolution", "a:b/c", {x->Output(), w->Output()},
                      {{"strides", std::vector<int64_t>{1, 1}}, {"auto_pad", std::string("same_upper")}});
  Node* odd = graph.Add("ReLU", "odd \"name\"; # \\", {c->Output()});
  graph.AddConstant("ints", Tensor::FromValues<int64_t>({2}, {(int64_t{1} << 53) + 1, -(int64_t{1} << 62) - 1}));
  Node* ints = graph.FindNode("ints");
  Node* half =
      graph.AddConstant("half", Tensor::FromValues<float>({3}, {0.1f, -3, INFINITY}).ConvertTo(ElementType::kF16));
  Node* flags = graph.AddConstant("flags", Tensor::FromValues<bool>({1, 2}, {true, false}));
  Node* empty = graph.AddConstant("empty", Tensor(ElementType::kF64, {0}));
  Node* returned = graph.Add("Sigmoid", "return", {odd->Output()});
  graph.AddOutput("user's \"name\"", returned->Output());
  graph.AddOutput("c", c->Output());
  for (Node* node : {ints, half, flags, empty}) graph.AddOutput(node->Name(), node->Output());
  const std::string text = PrintGraph(graph);
  SCOPED_TRACE(text);
  const auto parsed = ParseGraph(text);
  EXPECT_EQ(PrintGraph(*parsed), text);
  EXPECT_EQ(CompareGraphs(*parsed, graph, {}, 0), "");
  EXPECT_EQ(parsed->Parameters().at(1)->Name(), unused->Name());
  EXPECT_TRUE(parsed->FindNode("ints")->ConstantValue().Equals(ints->ConstantValue()));
  EXPECT_TRUE(parsed->FindNode("half")->ConstantValue().Equals(half->ConstantValue()));
  EXPECT_EQ(parsed->Outputs()[0].name, "user's \"name\"");
}

TEST(Text, SeveralOutputs) {
  const auto graph = ParseGraph(
      "x : f32[4,2]; axis : i64[] = {0}; s = Split(x, axis) num_splits=2; y = Add(s.0, s.1); return y, s.1, s");
  ASSERT_EQ(graph->Outputs().size(), 3u);
  EXPECT_EQ(graph->Outputs()[1].name, "s.1");
  EXPECT_EQ(graph->Outputs()[1].value.index, 1u);
  EXPECT_EQ(graph->Outputs()[2].value.index, 0u);
  EXPECT_EQ(graph->FindNode("y")->Input(1).index, 1u);
  EXPECT_EQ(CompareGraphs(*ParseGraph(PrintGraph(*graph)), *graph), "");
}

TEST(Text, ShorthandForTests) {
  const auto graph = ParseGraph(
      "x : f32[2]   # a parameter; with ; and \"\n"
      "\n"
      "a : f32[2] = {1, 2.5}; b : i32[3] = iota(); c : f32[2,2] = fill(-0.5)\n"
      "r : f32[100] = random(7); i : i64[100] = random(7)\n"
      "y = ReLU( x )\n"
      "return y as \"out\", y\n");
  EXPECT_EQ(graph->Outputs()[0].name, "out");
  EXPECT_EQ(graph->Outputs()[1].name, "y");
  ExpectValues<float>(graph->FindNode("a")->ConstantValue(), {2}, {1, 2.5f});
  ExpectValues<int32_t>(graph->FindNode("b")->ConstantValue(), {3}, {0, 1, 2});
  ExpectValues<float>(graph->FindNode("c")->ConstantValue(), {2, 2}, {-0.5f, -0.5f, -0.5f, -0.5f});
  for (const float value : graph->FindNode("r")->ConstantValue().Values<float>()) EXPECT_TRUE(value >= -1 && value < 1);
  for (const int64_t value : graph->FindNode("i")->ConstantValue().Values<int64_t>())
    EXPECT_TRUE(value >= 0 && value < 10);
}

TEST(Text, LongConstantsAreCutForDumps) {
  Graph graph;
  graph.AddOutput("c", graph.AddConstant("c", Tensor(ElementType::kF32, {100}))->Output());
  const std::string text = PrintGraph(graph, {.max_elements = 16});
  EXPECT_NE(text.find("c = Constant() f32[100] {0, 0, 0, 0, 0, 0, 0, 0, ...}"), std::string::npos) << text;
  ExpectError([&] { ParseGraph(text); }, ErrorKind::kBadModel, {"line 1: 9 values for shape [100]"});
}

TEST(Text, ErrorsNameTheLine) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"x : f32[2]\ny = ReLU(z)", "line 2: \"z\" is not defined"},
      {"x : f32[2]; x : f32[2]", "line 1: \"x\" is defined twice"},
      {"x : f33[2]", "line 1: element type \"f33\""},
      {"x : f32[a]", "line 1: dimension \"a\" is no integer"},
      {"x : f32[2] = {1}", "line 1: 1 values for shape [2]"},
      {"x : f32[2] = {1, b}", "line 1: value \"b\" is no number"},
      {"x : f32[2] = what(1)", "line 1: \"what\": expected {values}"},
      {"x : f32[2]\n\ny = ReLU(x.1)", "line 3: \"x\" has no such output"},
      {"x : f32[2]; y = NoSuch(x)", "line 1: node \"y\": there is no operator \"NoSuch\""},
      {"x : f32[2]; y = ReLU(x) slope=1", "line 1: node \"y\" (ReLU): unknown attribute slope"},
      {"x : f32[2]; y = ReLU(x) slope=?", "line 1: attribute value \"?\""},
      {"x : f32[2]; y = ReLU(x", "line 1: expected \",\""},
      {"x : f32[2]; y ReLU(x)", "line 1: expected \"=\" before \"ReLU(x)\""},
      {"x : f32[2]; return x y", "line 1: text after the outputs"},
      {"x : f32[2] 3", "line 1: text after the values"},
      {"= 3", "line 1: expected a name"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    try {
      ParseGraph(c.text);
      ADD_FAILURE() << "parsed";
    } catch (const graph::Error& error) {
      EXPECT_EQ(std::string_view(error.what()).substr(0, std::string_view(c.error).size()), c.error);
    }
  }
}

}  // namespace
}  // namespace moir::test

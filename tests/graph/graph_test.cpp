#include "graph/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "graph/op_schema.h"
#include "graph/text.h"
#include "graph/verify.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Node;
using graph::ParseGraph;
using graph::PrintGraph;
using graph::Use;
using graph::Value;
using graph::Verify;

std::vector<std::string> Names(const std::vector<Node*>& nodes) {
  std::vector<std::string> names;
  for (const Node* node : nodes) names.push_back(node->Name());
  return names;
}

TEST(GraphTest, NamesAreMadeUnique) {
  Graph graph;
  const Value x = graph.AddParameter("x", ElementType::kF32, {2})->Output();
  EXPECT_EQ(graph.Add("ReLU", "", {x})->Name(), "ReLU");
  EXPECT_EQ(graph.Add("ReLU", "", {x})->Name(), "ReLU_2");
  Node* taken = graph.Add("ReLU", "x", {x});
  EXPECT_EQ(taken->Name(), "x_2");
  EXPECT_EQ(graph.Add("ReLU", "x", {x})->Name(), "x_3");
  graph.Rename(taken, "y");
  EXPECT_EQ(graph.FindNode("y"), taken);
  EXPECT_EQ(graph.FindNode("x_2"), nullptr);
  graph.Rename(taken, "x");
  EXPECT_NE(taken->Name(), "x");
  graph.Rename(taken, taken->Name());
  EXPECT_EQ(graph.FindNode(taken->Name()), taken);
  EXPECT_EQ(graph.AddConstant("", Tensor::Scalar(1.0f))->Name(), "constant");
}

TEST(GraphTest, AddChecksAgainstTheSchema) {
  Graph graph;
  Graph other;
  const Value x = graph.AddParameter("x", ElementType::kF32, {2})->Output();
  const Value foreign = other.AddParameter("x", ElementType::kF32, {2})->Output();
  const size_t count = graph.NodeCount();
  ExpectError([&] { graph.Add("NoSuch", "n", {x}); }, ErrorKind::kUnsupported,
              {"node \"n\": there is no operator \"NoSuch\""});
  ExpectError([&] { graph.Add("ReLU", "n", {}); }, ErrorKind::kBadModel, {"got 0 inputs, expected at least 1"});
  ExpectError([&] { graph.Add("ReLU", "n", {x, x}); }, ErrorKind::kBadModel, {"got 2 inputs, expected at most 1"});
  ExpectError([&] { graph.Add("ReLU", "n", {foreign}); }, ErrorKind::kInternal, {"an input is not of this graph"});
  ExpectError(
      [&] {
        graph.Add("Softmax", "n", {x}, {{"axis", 0.0}});
      },
      ErrorKind::kBadModel, {"attribute axis: got 0.0 of type double, expected type int"});
  ExpectError([&] { graph.Add("Elu", "n", {x}); }, ErrorKind::kBadModel, {"attribute alpha is missing"});
  ExpectError([&] { graph.AddConstant("c", Tensor()); }, ErrorKind::kInternal, {"constant \"c\" without a type"});
  ExpectError([&] { graph.AddOutput("o", foreign); }, ErrorKind::kInternal, {"output \"o\" is no value of this graph"});
  // Nothing of it stays behind.
  EXPECT_EQ(graph.NodeCount(), count);
  EXPECT_EQ(x.ReaderCount(), 0u);
}

TEST(GraphTest, AttributesFallBackToTheSchema) {
  Graph graph;
  const Value x = graph.AddParameter("x", ElementType::kF32, {2, 2})->Output();
  Node* node = graph.Add("Softmax", "n", {x});
  EXPECT_EQ(node->Attr<int64_t>("axis"), 1);
  graph.SetAttribute(node, "axis", int64_t{0});
  EXPECT_EQ(node->Attr<int64_t>("axis"), 0);
  ExpectError([&] { node->Attr<double>("axis"); }, ErrorKind::kInternal,
              {"attribute axis is of type int, asked for as another"});
  ExpectError([&] { node->Attr<int64_t>("mode"); }, ErrorKind::kInternal,
              {"operator Softmax has no attribute \"mode\""});
  ExpectError([&] { graph.SetAttribute(node, "axis", true); }, ErrorKind::kBadModel, {"expected type int"});
}

TEST(GraphTest, OrderIsTopologicalAndStable) {
  const auto graph = ParseGraph("x : f32[2]; b = ReLU(x); a = ReLU(x); c = Add(a, b); return c");
  EXPECT_EQ(Names(graph->TopologicalOrder()), (std::vector<std::string>{"x", "b", "a", "c"}));
  // b now needs a: it moves behind it, everything else keeps its place.
  graph->SetInput(graph->FindNode("b"), 0, graph->FindNode("a")->Output());
  EXPECT_EQ(Names(graph->TopologicalOrder()), (std::vector<std::string>{"x", "a", "b", "c"}));
  graph->SetInput(graph->FindNode("a"), 0, graph->FindNode("c")->Output());
  ExpectError([&] { graph->TopologicalOrder(); }, ErrorKind::kBadModel, {"it depends on itself"});
}

TEST(GraphTest, SetInputKeepsTheReaderLists) {
  const auto graph = ParseGraph("x : f32[2]; z : f32[2]; y = Add(x, x); return y");
  Node* x = graph->FindNode("x");
  Node* y = graph->FindNode("y");
  EXPECT_EQ(x->ReaderCount(), 2u);
  graph->SetInput(y, 1, graph->FindNode("z")->Output());
  EXPECT_EQ(x->Readers(), (std::vector<Use>{{y, 0}}));
  EXPECT_EQ(graph->FindNode("z")->Readers(), (std::vector<Use>{{y, 1}}));
  EXPECT_TRUE(x->Output().HasOneReader());
  EXPECT_FALSE(y->Output().HasOneReader());
  EXPECT_TRUE(y->Output().IsGraphOutput());
  Verify(*graph);
  ExpectError([&] { graph->SetInput(y, 2, x->Output()); }, ErrorKind::kInternal, {"has no input 2"});
}

TEST(GraphTest, ReplaceValueMovesReadersOutputsAndNames) {
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); b = Sigmoid(a); c = Tanh(a); return a as \"user\", b, c");
  Node* a = graph->FindNode("a");
  a->AddOutputName(0, "framework");
  a->AddOutputName(0, "framework");
  // Something that itself reads `a` goes on reading it.
  Node* scaled = graph->Add("Exp", "scaled", {a->Output()});
  graph->ReplaceValue(a->Output(), scaled->Output());
  EXPECT_EQ(a->Readers(), (std::vector<Use>{{scaled, 0}}));
  EXPECT_EQ(scaled->ReaderCount(), 2u);
  EXPECT_EQ(graph->Outputs()[0].value, scaled->Output());
  EXPECT_EQ(graph->Outputs()[0].name, "user");
  EXPECT_TRUE(a->OutputAt(0).names.empty());
  EXPECT_EQ(scaled->OutputAt(0).names, (std::vector<std::string>{"framework"}));
  Verify(*graph);
}

TEST(GraphTest, RemoveRefusesWhatIsUsed) {
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); b = ReLU(a); return b");
  ExpectError([&] { graph->Remove(graph->FindNode("a")); }, ErrorKind::kInternal,
              {"\"a\" is removed while something reads it"});
  ExpectError([&] { graph->Remove(graph->FindNode("b")); }, ErrorKind::kInternal,
              {"\"b\" is removed while it is an output"});
  graph->SetOutputs({{"a", graph->FindNode("a")->Output()}});
  graph->Remove(graph->FindNode("b"));
  EXPECT_EQ(graph->FindNode("b"), nullptr);
  EXPECT_EQ(graph->NodeCount(), 2u);
  Verify(*graph);
}

// Nodes come and go, many more than stay: the order, names and readers must be those of a graph that never had the
// rest.
TEST(GraphTest, OrderOutlivesManyRemovals) {
  Graph graph;
  const Value x = graph.AddParameter("x", ElementType::kF32, {2})->Output();
  std::vector<Node*> nodes;  // in the order in which they were added
  uint32_t random = 1;
  for (int i = 0; i < 3000; ++i) {
    random = random * 1664525u + 1013904223u;
    if (random % 16 < 7 && nodes.size() > 1) {
      const size_t victim = (random >> 8) % nodes.size();
      Node* node = nodes[victim];
      graph.ReplaceValue(node->Output(), node->Input(0));
      graph.Remove(node);
      nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(victim));
    } else {
      const Value input = nodes.empty() ? x : nodes[(random >> 8) % nodes.size()]->Output();
      nodes.push_back(graph.Add("ReLU", "n", {input}));
    }
    // Some read what was added later.
    if (random % 64 == 9 && nodes.size() > 3) {
      Node* reader = nodes[nodes.size() / 2];
      graph.SetInput(reader, 0, graph.Add("Sigmoid", "s", {x})->Output());
      nodes.push_back(reader->Input(0).node);
    }
  }
  EXPECT_EQ(graph.NodeCount(), nodes.size() + 1);
  // Of the nodes whose inputs are there, the one that was added first.
  std::vector<Node*> expected = {x.node};
  std::set<Node*> there = {x.node};
  while (expected.size() <= nodes.size()) {
    const auto next = std::find_if(nodes.begin(), nodes.end(), [&](Node* node) {
      return !there.contains(node) && there.contains(node->Input(0).node);
    });
    ASSERT_NE(next, nodes.end());
    expected.push_back(*next);
    there.insert(*next);
  }
  EXPECT_EQ(Names(graph.TopologicalOrder()), Names(expected));
  graph.AddOutput("y", nodes.back()->Output());
  Verify(graph);
  graph.RemoveDead();
  Verify(graph);
}

TEST(GraphTest, RemoveDeadKeepsParameters) {
  const auto graph =
      ParseGraph("x : f32[2]; unread : f32[2]; a = ReLU(x); d = ReLU(a); e = Add(d, a); c : f32[1] = {1}; return a");
  EXPECT_EQ(graph->RemoveDead(), 3u);
  EXPECT_EQ(Names(graph->TopologicalOrder()), (std::vector<std::string>{"x", "unread", "a"}));
  EXPECT_EQ(graph->FindNode("a")->ReaderCount(), 0u);
  EXPECT_EQ(graph->RemoveDead(), 0u);
  Verify(*graph);
  graph->RemoveParameter(graph->FindNode("unread"));
  EXPECT_EQ(Names(graph->Parameters()), (std::vector<std::string>{"x"}));
}

TEST(GraphTest, CloneIsEqualAndApart) {
  const auto graph = ParseGraph(
      "x : f32[1,1,4,4]; w : f32[1,1,2,2] = random(1); y = Convolution(x, w) strides=[2,2]; z = ReLU(y); return z as "
      "\"user\"");
  graph->FindNode("y")->AddOutputName(0, "conv_output");
  graph->SetName("net");
  const auto copy = graph->Clone();
  EXPECT_EQ(PrintGraph(*copy), PrintGraph(*graph));
  EXPECT_EQ(copy->Name(), "net");
  EXPECT_EQ(copy->FindNode("y")->OutputAt(0).names, (std::vector<std::string>{"conv_output"}));
  EXPECT_EQ(copy->FindNode("w")->ConstantValue().Data(), graph->FindNode("w")->ConstantValue().Data());
  Verify(*copy);
  copy->SetConstant(copy->FindNode("w"), Tensor(ElementType::kF32, {1, 1, 2, 2}));
  copy->SetOutputName(0, "other");
  EXPECT_NE(PrintGraph(*copy), PrintGraph(*graph));
  EXPECT_EQ(graph->Outputs()[0].name, "user");
}

TEST(GraphTest, ShapesFollowAParameter) {
  const auto graph = ParseGraph("x : f32[1,1,4,4]; w : f32[3,1,3,3] = random(1); y = Convolution(x, w); return y");
  graph->SetParameterShape(graph->FindNode("x"), {2, 1, 9, 8});
  graph->InferAll();
  EXPECT_EQ(graph->FindNode("y")->Shape(), (Shape{2, 3, 7, 6}));
  EXPECT_EQ(graph->FindNode("x")->Attr<std::vector<int64_t>>("shape"), (std::vector<int64_t>{2, 1, 9, 8}));
  graph->SetParameterShape(graph->FindNode("x"), {2, 2, 9, 8});
  ExpectError([&] { graph->InferAll(); }, ErrorKind::kBadModel,
              {"node \"y\" (Convolution): channels of data: got 2, expected 1"});
  ExpectError([&] { graph->SetParameterShape(graph->FindNode("w"), {1}); }, ErrorKind::kInternal,
              {"\"w\" is no Parameter"});
  ExpectError([&] { graph->SetConstant(graph->FindNode("x"), Tensor::Scalar(1.0f)); }, ErrorKind::kInternal,
              {"\"x\" is no Constant"});
  ExpectError(
      [&] {
        graph->AddParameter("huge", ElementType::kF32, {int64_t{1} << 40, int64_t{1} << 40});
      },
      ErrorKind::kBadModel, {"node \"huge\" (Parameter): ", "63 bits"});
}

TEST(ValueTest, LooksAtItsProducer) {
  const auto graph = ParseGraph("c : f32[2] = {1, 2}; y = ReLU(c); return y");
  const Value c = graph->FindNode("c")->Output(), y = graph->FindNode("y")->Output();
  EXPECT_EQ(y.Producer("ReLU"), y.node);
  EXPECT_EQ(y.Producer("Tanh"), nullptr);
  EXPECT_EQ(Value().Producer("ReLU"), nullptr);
  EXPECT_EQ(c.Constant(), &c.node->ConstantValue());
  EXPECT_EQ(y.Constant(), nullptr);
  ExpectError([&] { y.node->ConstantValue(); }, ErrorKind::kInternal, {"a ReLU asked for its constant value"});
  ExpectError([&] { y.node->Input(1); }, ErrorKind::kInternal, {"input 1 of 1"});
}

}  // namespace
}  // namespace moir::test

#include "graph/verify.h"

#include <gtest/gtest.h>

#include <functional>

#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Node;
using graph::ParseGraph;
using graph::Use;

constexpr char kText[] = "x : f32[1,1,4,4]; w : f32[1,1,2,2] = random(1); y = Convolution(x, w); z = ReLU(y); return z";

void ExpectFault(Graph& graph, const std::string& text, ErrorKind kind = ErrorKind::kInternal) {
  ExpectError([&] { graph::Verify(graph); }, kind, {text});
}

TEST(Verify, AcceptsASoundGraph) { graph::Verify(*ParseGraph(kText)); }

TEST(Verify, SeesShapesThatWereNotSettledAgain) {
  const auto graph = ParseGraph(kText);
  graph->SetAttribute(graph->FindNode("y"), "strides", std::vector<int64_t>{2, 2});
  ExpectFault(*graph, "output 0 was settled as f32[1,1,3,3] but is f32[1,1,2,2]");
}

TEST(Verify, SeesAConstantThatNoLongerFits) {
  const auto graph = ParseGraph(kText);
  graph->SetConstant(graph->FindNode("w"), Tensor(ElementType::kF32, {1, 2, 2, 2}));
  ExpectFault(*graph, "channels of data: got 1, expected 2", ErrorKind::kBadModel);
}

TEST(Verify, SeesACycle) {
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); b = ReLU(a); return b");
  graph->SetInput(graph->FindNode("a"), 0, graph->FindNode("b")->Output());
  ExpectFault(*graph, "it depends on itself", ErrorKind::kBadModel);
}

TEST(Verify, SeesReaderListsThatLie) {
  // Nothing in the interface can do this; a bug of Graph could.
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); b = ReLU(a); c = ReLU(x); return b, c");
  Node* a = graph->FindNode("a");
  auto& readers = const_cast<std::vector<Use>&>(a->Readers());
  readers.push_back({graph->FindNode("b"), 0});
  ExpectError([&] { graph::Verify(*graph); }, ErrorKind::kInternal, {"reader"});
  readers.pop_back();
  graph::Verify(*graph);
}

// A graph that was sound when it was verified is spoilt: verifying it again finds the fault that Verify finds.
void ExpectFaultAfter(const char* text, const std::function<void(Graph&)>& spoil, const std::string& fault,
                      ErrorKind kind = ErrorKind::kInternal) {
  const auto graph = ParseGraph(text);
  graph::RepeatedVerifier verifier;
  verifier.Verify(*graph);
  verifier.Verify(*graph);
  spoil(*graph);
  ExpectError([&] { verifier.Verify(*graph); }, kind, {fault});
  const auto other = ParseGraph(text);
  spoil(*other);
  ExpectFault(*other, fault, kind);
}

TEST(RepeatedVerifier, SeesAnotherAttribute) {
  ExpectFaultAfter(
      kText,
      [](Graph& graph) {
        graph.SetAttribute(graph.FindNode("y"), "strides", std::vector<int64_t>{2, 2});
      },
      "output 0 was settled as f32[1,1,3,3] but is f32[1,1,2,2]");
}

TEST(RepeatedVerifier, SeesAConstantOfAnotherShape) {
  ExpectFaultAfter(
      kText,
      [](Graph& graph) {
        graph.SetConstant(graph.FindNode("w"), Tensor(ElementType::kF32, {1, 2, 2, 2}));
      },
      "channels of data: got 1, expected 2", ErrorKind::kBadModel);
}

TEST(RepeatedVerifier, SeesWhatReadsAnotherValue) {
  ExpectFaultAfter(
      "x : f32[2]; z : f32[3]; a = ReLU(x); b = Sigmoid(a); return b",
      [](Graph& graph) { graph.SetInput(graph.FindNode("a"), 0, graph.FindNode("z")->Output()); },
      "output 0 was settled as f32[2] but is f32[3]");
}

TEST(RepeatedVerifier, SeesAParameterOfAnotherShape) {
  ExpectFaultAfter(
      "x : f32[2]; a = ReLU(x); b = Sigmoid(a); return b",
      [](Graph& graph) { graph.SetParameterShape(graph.FindNode("x"), {5}); },
      "output 0 was settled as f32[2] but is f32[5]");
}

TEST(RepeatedVerifier, SeesAnotherValueThatAShapeFollowsFrom) {
  const auto set = [](std::vector<int64_t> values) {
    return [values](Graph& graph) { graph.SetConstant(graph.FindNode("s"), Tensor::Indices(values)); };
  };
  ExpectFaultAfter("x : f32[4,6]; s : i64[2] = {8,3}; a = Reshape(x, s); return a", set({3, 8}),
                   "output 0 was settled as f32[8,3] but is f32[3,8]");
  // Not read by the node itself.
  ExpectFaultAfter(
      "x : f32[4,6]; s : i64[2] = {8,3}; t : i64[2] = {1,1}; m = Multiply(s, t); n = Multiply(m, t); "
      "a = Reshape(x, n); return a",
      set({3, 8}), "output 0 was settled as f32[8,3] but is f32[3,8]");
  // In a list beyond what is looked at value by value, another place stands for other values.
  const std::vector<int64_t> ones(100, 1);
  std::vector<int64_t> sizes = ones;
  sizes[99] = 24;
  const auto graph = std::make_unique<Graph>();
  const graph::Value x = graph->AddParameter("x", ElementType::kF32, {24})->Output();
  graph->AddConstant("s", Tensor::Indices(sizes));
  Node* reshape = graph->Add("Reshape", "a", {x, graph->FindNode("s")->Output()});
  graph->AddOutput("a", reshape->Output());
  graph::RepeatedVerifier verifier;
  verifier.Verify(*graph);
  std::swap(sizes[0], sizes[99]);
  set(sizes)(*graph);
  ExpectError([&] { verifier.Verify(*graph); }, ErrorKind::kInternal, {"output 0 was settled as"});
}

TEST(RepeatedVerifier, SeesAShapeThatFollowsFromAnotherShape) {
  // The shape of y is computed from that of x by nodes that nobody touched.
  ExpectFaultAfter(
      "x : f32[2,3]; z : f32[6]; s = ShapeOf(x); n = Add(s, s); one : i64[2] = {1,1}; m = Multiply(n, one); "
      "y = Broadcast(z, m); return y",
      [](Graph& graph) {
        graph.SetConstant(graph.FindNode("one"), Tensor::Indices({3, 1}));
      },
      "output 0 was settled as f32[4,6] but is f32[12,6]");
}

TEST(RepeatedVerifier, SeesReaderListsThatLie) {
  ExpectFaultAfter(
      "x : f32[2]; a = ReLU(x); b = ReLU(a); c = ReLU(x); return b, c",
      [](Graph& graph) {
        auto& readers = const_cast<std::vector<Use>&>(graph.FindNode("a")->Readers());
        readers.push_back({graph.FindNode("b"), 0});
      },
      "reader");
}

TEST(RepeatedVerifier, AcceptsWhatWasSettledAgain) {
  const auto graph = ParseGraph(kText);
  graph::RepeatedVerifier verifier;
  verifier.Verify(*graph);
  graph->SetAttribute(graph->FindNode("y"), "strides", std::vector<int64_t>{2, 2});
  graph->InferAll();
  verifier.Verify(*graph);
  graph->SetConstant(graph->FindNode("w"), RandomTensor(ElementType::kF32, {1, 1, 2, 2}, 7));
  verifier.Verify(*graph);
}

TEST(Verify, WantsAnOutput) {
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x)");
  ExpectFault(*graph, "the graph has no output");
}

}  // namespace
}  // namespace moir::test

#include "graph/verify.h"

#include <gtest/gtest.h>

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

TEST(Verify, WantsAnOutput) {
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x)");
  ExpectFault(*graph, "the graph has no output");
}

}  // namespace
}  // namespace moir::test

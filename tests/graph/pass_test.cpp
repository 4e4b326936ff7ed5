#include "graph/pass.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "graph/op_schema.h"
#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Node;
using graph::Outcome;
using graph::ParseGraph;
using graph::PassReport;
using graph::PassRunner;
using graph::PrintGraph;
using graph::Rewriter;

// A pass from a function.
class TestPass final : public graph::Pass {
 public:
  TestPass(std::string name, std::function<void(Graph&, PassReport&)> run)
      : name_(std::move(name)), run_(std::move(run)) {}
  std::string_view Name() const override { return name_; }
  void Run(Graph& graph, PassReport& report) const override { run_(graph, report); }

 private:
  std::string name_;
  std::function<void(Graph&, PassReport&)> run_;
};

class TestNodePass final : public graph::NodePass {
 public:
  TestNodePass(std::string root, std::function<Outcome(Node&, Rewriter&)> run)
      : root_(std::move(root)), run_(std::move(run)) {}
  std::string_view Name() const override { return "test-node-pass"; }
  std::string_view Root() const override { return root_; }
  Outcome Run(Node& node, Rewriter& rewriter) const override { return run_(node, rewriter); }

 private:
  std::string root_;
  std::function<Outcome(Node&, Rewriter&)> run_;
};

std::unique_ptr<graph::Pass> Make(
    std::string name, std::function<void(Graph&, PassReport&)> run = [](Graph&, PassReport&) {}) {
  return std::make_unique<TestPass>(std::move(name), std::move(run));
}
PassReport RunOne(std::unique_ptr<graph::Pass> pass, Graph& graph) {
  PassRunner runner;
  runner.Add(std::move(pass));
  return runner.Run(graph).at(0);
}

TEST(PassRunnerTest, RunsInOrderAndReports) {
  std::string order;
  PassRunner runner;
  runner.Add(Make("first", [&](Graph&, PassReport&) { order += "1"; }));
  runner.Add(Make("second", [&](Graph&, PassReport& report) {
    order += "2";
    report.changes = 3;
    report.notes.push_back("a note");
  }));
  EXPECT_EQ(runner.Names(), (std::vector<std::string>{"first", "second"}));
  const auto graph = ParseGraph("x : f32[2]; y = ReLU(x); return y");
  const std::vector<PassReport> reports = runner.Run(*graph);
  EXPECT_EQ(order, "12");
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].name, "first");
  EXPECT_EQ(reports[0].changes, 0u);
  EXPECT_EQ(reports[1].changes, 3u);
  EXPECT_EQ(reports[1].notes, (std::vector<std::string>{"a note"}));
  EXPECT_GE(reports[1].seconds, 0);
}

TEST(PassRunnerTest, TimesEachPass) {
  PassRunner runner;
  runner.Add(Make("slow", [](Graph&, PassReport&) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
    while (std::chrono::steady_clock::now() < end) {
    }
  }));
  EXPECT_GE(runner.Run(*ParseGraph("x : f32[2]; return x")).at(0).seconds, 0.005);
}

TEST(PassRunnerTest, SkipsByName) {
  bool ran = false;
  PassRunner runner;
  runner.Add(Make("fuse-things", [&](Graph&, PassReport&) { ran = true; }));
  runner.Disable("fuse-things");
  const auto graph = ParseGraph("x : f32[2]; return x");
  EXPECT_TRUE(runner.Run(*graph).at(0).skipped);
  EXPECT_FALSE(ran);
  runner.Disable("fuse-thing");
  ExpectError([&] { runner.Run(*graph); }, ErrorKind::kBadOption,
              {"there is no pass \"fuse-thing\"; did you mean \"fuse-things\""});
}

TEST(PassRunnerTest, VerifiesAfterAPassThatChangedSomething) {
  const auto spoil = [](Graph& graph, PassReport& report) {
    graph.SetAttribute(graph.FindNode("y"), "strides", std::vector<int64_t>{2});
    ++report.changes;
  };
  constexpr char kText[] = "x : f32[1,1,4]; w : f32[1,1,2] = random(1); y = Convolution(x, w); return y";
  PassRunner runner;
  runner.Add(Make("spoil", spoil));
  ExpectError([&] { runner.Run(*ParseGraph(kText)); }, ErrorKind::kInternal,
              {"pass spoil: node \"y\" (Convolution): output 0 was settled as"});
  runner.SetVerify(false);
  runner.Run(*ParseGraph(kText));
}

TEST(PassRunnerTest, ErrorsCarryThePassName) {
  const auto graph = ParseGraph("x : f32[2]; return x");
  ExpectError(
      [&] { RunOne(Make("bad", [](Graph&, PassReport&) { graph::Fail(ErrorKind::kUnsupported, "no way"); }), *graph); },
      ErrorKind::kUnsupported, {"pass bad: no way"});
}

TEST(PassRunnerTest, DumpsAfterAChange) {
  const TempFolder folder;
  PassRunner runner;
  runner.Add(Make("idle"));
  runner.Add(Make("rename", [](Graph& graph, PassReport& report) {
    graph.Rename(graph.FindNode("y"), "renamed");
    ++report.changes;
  }));
  runner.DumpTo(folder.File("dumps"));
  const auto graph = ParseGraph("x : f32[2]; y = ReLU(x); return y");
  runner.Run(*graph);
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.File("dumps"))) {
    ++files;
    EXPECT_EQ(entry.path().filename().string(), "002-rename.txt");
  }
  EXPECT_EQ(files, 1u);
  EXPECT_EQ(folder.Read("dumps/002-rename.txt"), PrintGraph(*graph));
  runner.DumpTo("/proc/none");
  EXPECT_ANY_THROW(runner.Run(*ParseGraph("x : f32[2]; y = ReLU(x); return y")));
}

TEST(NodePassTest, VisitsItsOperatorAndReportsWhyItDeclined) {
  std::vector<std::string> seen;
  const auto look = [&](Node& node, Rewriter&) {
    seen.push_back(node.Name());
    return node.Name() == "b" ? graph::Declined("", "not b ", 7) : Outcome{};
  };
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); t = Tanh(a); b = ReLU(t); return b");
  const PassReport report = RunOne(std::make_unique<TestNodePass>("ReLU", look), *graph);
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(report.changes, 0u);
  EXPECT_EQ(report.declined, (std::vector<std::pair<std::string, std::string>>{{"b", "not b 7"}}));
  seen.clear();
  RunOne(std::make_unique<TestNodePass>("", look), *graph);
  EXPECT_EQ(seen, (std::vector<std::string>{"x", "a", "t", "b"}));
}

TEST(NodePassTest, DoesNotVisitRemovedNodes) {
  size_t visits = 0;
  const auto merge = [&](Node& node, Rewriter& rewriter) {
    ++visits;
    // The first ReLU takes the others with it.
    rewriter.GetGraph().SetOutputs({{"y", node.Output()}});
    rewriter.RemoveUnread(rewriter.GetGraph().FindNode("c"));
    return graph::Changed();
  };
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); b = ReLU(a); c = ReLU(b); return c");
  EXPECT_EQ(RunOne(std::make_unique<TestNodePass>("ReLU", merge), *graph).changes, 1u);
  EXPECT_EQ(visits, 1u);
  EXPECT_EQ(graph->NodeCount(), 2u);
}

TEST(RewriterTest, ReplaceKeepsTheNameAndDropsWhatNobodyReads) {
  const auto swap = [](Node& node, Rewriter& rewriter) {
    rewriter.Replace(node, rewriter.Add("Tanh", node.Name(), {node.Input(0).node->Input(0)}));
    return graph::Changed();
  };
  const auto replace = [&] { return std::make_unique<TestNodePass>("Sigmoid", swap); };
  ExpectRewrite(
      replace(),
      "x : f32[2]; c : f32[1] = {2}; a = Multiply(x, c); y = Sigmoid(a); z = ReLU(y); return z, y as \"user\"",
      "x : f32[2]; y = Tanh(x); z = ReLU(y); return z, y as \"user\"", {.evaluate = false});
  // What something else reads stays.
  ExpectRewrite(replace(), "x : f32[2]; c : f32[1] = {2}; a = Multiply(x, c); y = Sigmoid(a); return y, a",
                "x : f32[2]; c : f32[1] = {2}; a = Multiply(x, c); y = Tanh(x); return y, a", {.evaluate = false});
}

TEST(RewriterTest, ReplaceLeavesTheNamesOfOlderValues) {
  const auto bypass = [](Node& node, Rewriter& rewriter) {
    rewriter.Replace(node, node.Input(0));
    return graph::Changed();
  };
  ExpectRewrite(std::make_unique<TestNodePass>("ReLU", bypass), "x : f32[2]; e = Exp(x); y = ReLU(e); return y",
                "x : f32[2]; e = Exp(x); return e as \"y\"");
}

TEST(RewriterTest, RemovesANodeMadeAfterAnotherWasRemoved) {
  // The new node may lie where the removed one lay; it must not be taken for it.
  const auto graph = ParseGraph("x : f32[2]; a = ReLU(x); y = Exp(x); return y");
  Rewriter rewriter(*graph);
  for (int i = 0; i < 50; ++i) {
    const graph::Value made = rewriter.Add("Tanh", "made", {graph->FindNode("x")->Output()});
    Node* reader = rewriter.AddNode("Tanh", "reader", {made});
    rewriter.RemoveUnread(reader);
  }
  rewriter.RemoveUnread(graph->FindNode("a"));
  EXPECT_EQ(graph->NodeCount(), 2u) << PrintGraph(*graph);
}

}  // namespace
}  // namespace moir::test

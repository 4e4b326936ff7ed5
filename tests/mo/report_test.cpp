// --report: the figures against numbers counted by hand, both forms, and the drawing. What a browser makes of the page
// is tested in tests/report_browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "graph/error.h"
#include "graph/text.h"
#include "mo/convert.h"
#include "mo/report/graph_layout.h"
#include "mo/report/report_text.h"
#include "tests/support/mxnet_files.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using moir::test::ReadText;
using moir::test::WriteParams;
using moir::test::WriteText;
using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST(Report, CountsParametersOnceAndLiveBytes) {
  const auto graph = graph::ParseGraph(R"(
    x : f32[1,2,2,2]; w : f32[4,2,1,1] = fill(1); s : f32[] = {2}
    a = Convolution(x, w); b = ReLU(a); c = Multiply(b, s); d = Multiply(a, s); y = Add(c, d); return y, b)");
  ModelReport report;
  DescribeGraph(*graph, report);
  ASSERT_EQ(report.layers.size(), 6u);
  EXPECT_EQ(report.parameters, 8u + 1);
  EXPECT_EQ(report.weight_bytes, 4u * 9);
  EXPECT_EQ(report.multiply_adds, 4u * 4 * 2);
  // x: 32 bytes, the others 64. While d runs: a, b (an output), c, d; while y runs: b, c, d, y.
  std::vector<uint64_t> live;
  for (const ReportLayer& layer : report.layers) live.push_back(layer.live_bytes);
  EXPECT_THAT(live, ::testing::ElementsAre(32, 32 + 64, 128, 192, 256, 256));
  EXPECT_EQ(report.live_bytes, 256u);
  EXPECT_EQ(report.live_layer, "d");
  EXPECT_EQ(report.operators_optimized.at("Multiply"), 2u);
  EXPECT_EQ(report.layers[5].is_output, std::vector<std::string>{"y"});
  EXPECT_EQ(report.layers[2].is_output, std::vector<std::string>{"b"});
}

TEST(Report, KnowsNoCostOfOpenSizesAndOfEmptyGraphs) {
  const auto graph = graph::ParseGraph("x : f32[0,3]; y = ReLU(x); return y");
  ModelReport report;
  DescribeGraph(*graph, report);
  EXPECT_EQ(report.live_bytes, 0u);
  EXPECT_FALSE(Json::parse(ReportJson(ModelReport{})).empty());
  EXPECT_THAT(ReportHtml(ModelReport{}), HasSubstr("</html>"));
}

TEST(GraphLayout, PutsReadersBelowAndNothingOverOtherThings) {
  // A chain with long jumps, a fan out and in, and a node on its own.
  std::vector<std::pair<size_t, size_t>> edges = {{0, 1}, {1, 2}, {2, 3}, {0, 3}, {0, 4}, {3, 4}, {3, 4}};
  for (size_t i = 5; i < 12; ++i) {
    edges.emplace_back(4, i);
    edges.emplace_back(i, 12);
  }
  const LayoutSizes sizes;
  const GraphLayout layout = LayOutGraph(14, edges, sizes);
  ASSERT_EQ(layout.nodes.size(), 14u);
  for (size_t a = 0; a < 14; ++a) {
    EXPECT_GE(layout.nodes[a].x - sizes.node_width / 2, 0);
    EXPECT_LE(layout.nodes[a].x + sizes.node_width / 2, layout.width);
    EXPECT_LE(layout.nodes[a].y + sizes.node_height / 2, layout.height);
    for (size_t b = 0; b < a; ++b) {
      EXPECT_TRUE(std::abs(layout.nodes[a].x - layout.nodes[b].x) >= sizes.node_width + sizes.gap_x - 1e-6 ||
                  std::abs(layout.nodes[a].y - layout.nodes[b].y) >= sizes.node_height)
          << a << " over " << b;
    }
  }
  ASSERT_EQ(layout.edges.size(), edges.size());
  for (size_t e = 0; e < edges.size(); ++e) {
    EXPECT_LT(layout.nodes[edges[e].first].y, layout.nodes[edges[e].second].y);
    // A bend in every layer between, beside the nodes that are there.
    for (size_t k = 1; k + 1 < layout.edges[e].size(); ++k) {
      for (const LayoutPoint& node : layout.nodes) {
        EXPECT_TRUE(std::abs(layout.edges[e][k].y - node.y) > 1 ||
                    std::abs(layout.edges[e][k].x - node.x) > sizes.node_width / 2);
      }
    }
  }
  EXPECT_EQ(layout.edges[3].size(), 4u);  // 0 -> 3 crosses two layers
  EXPECT_TRUE(LayOutGraph(0, {}).nodes.empty());
}

TEST(GraphLayout, StaysLinearForManyLongEdges) {
  std::vector<std::pair<size_t, size_t>> edges;
  for (size_t i = 0; i + 1 < 3000; ++i) edges.emplace_back(i, i + 1);
  for (size_t i = 0; i < 1500; ++i) edges.emplace_back(i, i + 1500);  // over two million bends
  const GraphLayout layout = LayOutGraph(3000, edges);
  size_t points = 0;
  for (const auto& edge : layout.edges) points += edge.size();
  EXPECT_LT(points, 70000u);
}

class ReportFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("moir-report-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    WriteText(At("net-symbol.json"), R"json({"nodes": [
      {"op": "null", "name": "data", "inputs": []},
      {"op": "null", "name": "w", "inputs": []},
      {"op": "Convolution", "name": "</script><img src=x>", "attrs": {"kernel": "(1, 1)", "num_filter": "2",
       "no_bias": "True"}, "inputs": [[0,0,0],[1,0,0]]},
      {"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[2,0,0]]}],
      "arg_nodes": [0,1], "heads": [[3,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})json");
    WriteParams(At("net-0001.params"), {{"arg:w", Tensor::FromValues<float>(Shape{2, 3, 1, 1}, {1, 2, 3, 4, 5, 6})}});
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }
  void Write(const std::string& report) {
    Convert(ParseOptions({"--input_model", At("net-0001.params"), "--input_shape", "[1,3,4,4]", "--mean_values",
                          "(1,2,3)", "--output_dir", At("out"), "--report", report}));
  }
  fs::path folder_;
};

TEST_F(ReportFiles, JsonHoldsWhatHappened) {
  Write(At("deep/er/report.json"));
  const Json json = Json::parse(ReadText(At("deep/er/report.json")));
  EXPECT_EQ(json["model"], "net-0001");
  EXPECT_EQ(json["inputs"][0]["shape"], "[1,3,4,4]");
  EXPECT_EQ(json["outputs"][0]["name"], "act");
  EXPECT_EQ(json["operators_read"]["Convolution"], 1);
  EXPECT_EQ(json["multiply_adds"], 2 * 16 * 3);
  EXPECT_EQ(json["parameters"], 6 + 2);  // the mean became a bias
  ASSERT_EQ(json["files_read"].size(), 2u);
  EXPECT_EQ(json["files_read"][0]["bytes"], fs::file_size(At("net-symbol.json")));
  EXPECT_EQ(json["files_written"][1]["bytes"], fs::file_size(At("out/net-0001.bin")));
  EXPECT_EQ(json["options"]["mean_values"], "(1,2,3)");
  EXPECT_TRUE(json["verification"].empty());
  EXPECT_FALSE(json["engines"].empty());
  bool fused = false;
  for (const Json& pass : json["passes"]) fused |= pass["name"] == "apply-input-preprocessing" && pass["changes"] == 1;
  EXPECT_TRUE(fused);
  std::vector<std::string> steps;
  for (const Json& step : json["steps"]) steps.push_back(step["name"]);
  EXPECT_THAT(steps, ::testing::ElementsAre("read", "optimize", "legalize", "write"));
}

TEST_F(ReportFiles, HtmlHoldsTheSameAndTrustsNoName) {
  Write(At("report.html"));
  const std::string html = ReadText(At("report.html"));
  EXPECT_THAT(html, HasSubstr("<!DOCTYPE html>"));
  EXPECT_THAT(html, ::testing::Not(HasSubstr("</script><img")));
  // Nothing is fetched from anywhere.
  EXPECT_THAT(html, ::testing::Not(::testing::ContainsRegex("(src|href)=\"?https?:")));
  const std::string opening = R"(<script id="report" type="application/json">)";
  const size_t begin = html.find(opening) + opening.size();
  const Json json = Json::parse(html.substr(begin, html.find("</script>", begin) - begin));
  EXPECT_EQ(json["drawing"]["nodes"].size(), json["layers"].size());
  bool found = false;
  for (const Json& layer : json["layers"])
    found |= layer["name"].get<std::string>().starts_with("</script><img src=x>");
  EXPECT_TRUE(found);
}

TEST_F(ReportFiles, RefusesBeforeTheWork) {
  EXPECT_THROW(Write(At("report.txt")), graph::Error);
  WriteText(At("file"), "");
  EXPECT_THROW(Write(At("file") + "/report.html"), graph::Error);
  EXPECT_FALSE(fs::exists(At("out")));
}

TEST_F(ReportFiles, VerificationHasItsPlace) {
  ModelReport report;
  report.verification.push_back({"act", 1e-6, 2.5, true});
  EXPECT_EQ(Json::parse(ReportJson(report))["verification"][0]["largest_value"], 2.5);
}

}  // namespace
}  // namespace moir::mo

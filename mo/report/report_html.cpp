#include <cmath>

#include "graph/strings.h"
#include "mo/report/graph_layout.h"
#include "mo/report/report_text.h"
#include "mo/report/report_values.h"

namespace moir::mo {
namespace {

using Json = nlohmann::ordered_json;

double Rounded(double value) { return std::round(value * 10) / 10; }

Json Drawing(const ModelReport& report) {
  std::vector<std::pair<size_t, size_t>> edges;
  for (size_t i = 0; i < report.layers.size(); ++i) {
    for (const ReportEdge& edge : report.layers[i].inputs) edges.emplace_back(edge.from, i);
  }
  const LayoutSizes sizes;
  const GraphLayout layout = LayOutGraph(report.layers.size(), edges, sizes);
  Json drawing = {{"width", Rounded(layout.width)},
                  {"height", Rounded(layout.height)},
                  {"node_width", sizes.node_width},
                  {"node_height", sizes.node_height}};
  drawing["nodes"] = Json::array();
  for (const LayoutPoint& point : layout.nodes) drawing["nodes"].push_back({Rounded(point.x), Rounded(point.y)});
  drawing["edges"] = Json::array();
  for (size_t e = 0; e < edges.size(); ++e) {
    Json points = Json::array();
    for (const LayoutPoint& point : layout.edges[e]) points.push_back({Rounded(point.x), Rounded(point.y)});
    drawing["edges"].push_back({{"from", edges[e].first}, {"to", edges[e].second}, {"points", std::move(points)}});
  }
  return drawing;
}

// JSON that ends no <script> and starts no comment of it: every "<" is written as an escape.
std::string ForScript(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<') text += "\\u003c";
    else text += c;
  }
  return text;
}

}  // namespace

std::string ReportHtml(const ModelReport& report) {
  Json values = ReportValues(report);
  values["drawing"] = Drawing(report);
  return kReportPageStart + ForScript(values.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace)) +
         kReportPageEnd;
}

}  // namespace moir::mo

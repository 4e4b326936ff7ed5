#include <nlohmann/json.hpp>

#include "mo/report/report_text.h"
#include "mo/report/report_values.h"

namespace moir::mo {

using Json = nlohmann::ordered_json;

namespace {

Json Values(const std::vector<ReportValue>& values) {
  Json list = Json::array();
  for (const ReportValue& value : values)
    list.push_back({{"name", value.name}, {"type", value.type}, {"shape", value.shape}});
  return list;
}

Json Files(const std::vector<ReportFile>& files) {
  Json list = Json::array();
  for (const ReportFile& file : files)
    list.push_back({{"path", file.path}, {"what", file.what}, {"bytes", file.bytes}});
  return list;
}

Json Pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json object = Json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

Json Layer(const ReportLayer& layer, const ModelReport& report) {
  Json inputs = Json::array();
  for (const ReportEdge& edge : layer.inputs)
    inputs.push_back({{"layer", report.layers[edge.from].name}, {"output", edge.output}});
  return {{"name", layer.name},
          {"op", layer.op},
          {"inputs", std::move(inputs)},
          {"outputs", Values(layer.outputs)},
          {"constants", Values(layer.constants)},
          {"attributes", Pairs(layer.attributes)},
          {"parameters", layer.parameters},
          {"multiply_adds", layer.multiply_adds},
          {"live_bytes", layer.live_bytes},
          {"is_output", layer.is_output}};
}

Json Pass(const graph::PassReport& pass) {
  Json declined = Json::array();
  for (const auto& [node, reason] : pass.declined) declined.push_back({{"node", node}, {"reason", reason}});
  return {{"name", pass.name},       {"changes", pass.changes}, {"seconds", pass.seconds},
          {"skipped", pass.skipped}, {"notes", pass.notes},     {"declined", std::move(declined)}};
}

}  // namespace

Json ReportValues(const ModelReport& report) {
  Json json = {{"model", report.model},
               {"tool_version", report.tool_version},
               {"options", Pairs(report.options)},
               {"files_read", Files(report.files_read)},
               {"files_written", Files(report.files_written)},
               {"inputs", Values(report.inputs)},
               {"outputs", Values(report.outputs)},
               {"operators_read", report.operators_read},
               {"operators_optimized", report.operators_optimized},
               {"parameters", report.parameters},
               {"multiply_adds", report.multiply_adds},
               {"weight_bytes", report.weight_bytes},
               {"live_bytes", report.live_bytes},
               {"live_layer", report.live_layer},
               {"engines", report.engines},
               {"notes", report.notes}};
  json["steps"] = Json::array();
  for (const auto& [name, seconds] : report.steps) json["steps"].push_back({{"name", name}, {"seconds", seconds}});
  json["passes"] = Json::array();
  for (const graph::PassReport& pass : report.passes) json["passes"].push_back(Pass(pass));
  json["layers"] = Json::array();
  for (const ReportLayer& layer : report.layers) json["layers"].push_back(Layer(layer, report));
  json["verification"] = Json::array();
  for (const ReportVerification& figure : report.verification) {
    json["verification"].push_back({{"output", figure.output},
                                    {"largest_difference", figure.largest_difference},
                                    {"largest_value", figure.largest_value},
                                    {"passed", figure.passed},
                                    {"relative_difference", figure.relative_difference}});
  }
  json["verification_notes"] = report.verification_notes;
  return json;
}

std::string ReportJson(const ModelReport& report) {
  return ReportValues(report).dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace moir::mo

// benchmark_report.json: everything. benchmark_report.csv: the same figures as "section,name,value".
// benchmark_average_counters_report.csv, benchmark_detailed_counters_report.csv: the layers, with a column for the
// request in the latter. CSV is RFC 4180: texts in quotes where they need them.
#include "report.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "../common/csv.h"
#include "../common/fail.h"
#include "../common/output_file.h"
#include "benchmark.h"

namespace moir::apps {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kReport = "benchmark_report";

std::string PathOf(const BenchmarkOptions& options, const std::string& name) {
  return (fs::path(options.report_folder) / name).string();
}

bool HasCounters(const BenchmarkOptions& options) {
  return options.report == ReportType::kAverageCounters || options.report == ReportType::kDetailedCounters;
}

std::string CountersName(const BenchmarkOptions& options) {
  return options.report == ReportType::kDetailedCounters ? "benchmark_detailed_counters_report.csv"
                                                         : "benchmark_average_counters_report.csv";
}

Json Texts(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) {
    if (!json.contains(name)) json[name] = value;
    else json[name] = json[name].get<std::string>() + "," + value;
  }
  return json;
}

Json Figures(const Benchmark& benchmark) {
  const Statistics& latency = benchmark.latency;
  const auto percentile = benchmark.options.percentile;
  Json json = {
      {"iterations", benchmark.inferences},
      {"duration_ms", benchmark.duration_ms},
      {"latency_median_ms", latency.Median()},
      {"latency_average_ms", latency.Average()},
      {"latency_min_ms", latency.Min()},
      {"latency_max_ms", latency.Max()},
      {"latency_p90_ms", latency.Percentile(90)},
      {"latency_p99_ms", latency.Percentile(99)},
      {"throughput_fps", benchmark.FramesPerSecond()},
      {"interrupted", benchmark.interrupted},
      {"requests", benchmark.requests},
      {"batch", benchmark.batch},
      {"warm_up_iterations", benchmark.warm_up},
      {"read_model_ms", benchmark.read_ms},
      {"compile_model_ms", benchmark.compile_ms},
      {"first_inference_ms", benchmark.first_inference_ms},
      {"gflop_per_iteration", 2e-9 * benchmark.multiply_adds},
      {"cpus_busy", benchmark.busy_cpus},
      {"cpus_busy_with_other_programs", benchmark.other_busy_cpus},
      {"memory_bytes", benchmark.memory_bytes},
      {"peak_memory_bytes", benchmark.peak_memory_bytes},
      {"weight_bytes", benchmark.weight_bytes},
      {"activation_bytes_per_request", benchmark.activation_bytes},
  };
  json["latency_p" + std::to_string(percentile) + "_ms"] = latency.Percentile(percentile);
  return json;
}

Json LayersJson(const LayerTimes& times) {
  Json layers = Json::array();
  for (const LayerTime& time : times.Layers()) {
    layers.push_back({{"layer", time.layer.name},
                      {"type", time.layer.type},
                      {"kernel", time.layer.exec_type},
                      {"layout", LayoutOf(time.layer)},
                      {"shape", ShapeOf(time.layer)},
                      {"fused", time.layer.fused},
                      {"executed", time.count > 0},
                      {"microseconds", time.Average()},
                      {"multiply_adds", time.layer.multiply_adds},
                      {"gflops", GigaFlops(static_cast<double>(time.layer.multiply_adds), time.Average())}});
  }
  Json operators = Json::array();
  for (const OperatorTime& total : times.Operators()) {
    operators.push_back({{"type", total.type},
                         {"layers", total.layers},
                         {"microseconds", total.microseconds},
                         {"gflops", GigaFlops(total.multiply_adds, total.microseconds)}});
  }
  return {{"inferences", times.Inferences()},
          {"microseconds", times.Microseconds()},
          {"operators", std::move(operators)},
          {"layers", std::move(layers)}};
}

void AddCounterLines(const LayerTimes& times, const std::string& start, std::string& text) {
  const double whole = times.Microseconds();
  for (const LayerTime& time : times.Layers()) {
    const RuntimeLayer& layer = time.layer;
    text += start + CsvText(layer.name) + "," + CsvText(layer.type) + "," + CsvText(layer.exec_type) + "," +
            CsvText(LayoutOf(layer)) + "," + CsvText(ShapeOf(layer)) + "," + CsvText(FusedNames(layer)) + "," +
            (time.count > 0 ? "true," : "false,") + CsvNumber(time.Average()) + "," +
            CsvNumber(whole > 0 ? time.Average() / whole : 0) + "," + std::to_string(layer.multiply_adds) + "," +
            CsvNumber(GigaFlops(static_cast<double>(layer.multiply_adds), time.Average())) + "\r\n";
  }
}

std::string CountersCsv(const Benchmark& benchmark) {
  const bool detailed = benchmark.options.report == ReportType::kDetailedCounters;
  std::string text = detailed ? "request," : "";
  text += "layer,type,kernel,layout,shape,fused,executed,microseconds,share,multiply_adds,gflops\r\n";
  if (!detailed) {
    AddCounterLines(benchmark.AllLayers(), "", text);
  } else {
    for (size_t i = 0; i < benchmark.layers.size(); ++i)
      AddCounterLines(benchmark.layers[i], std::to_string(i) + ",", text);
  }
  return text;
}

void AddSection(const std::string& section, const Json& values, std::string& text) {
  for (const auto& [name, value] : values.items()) {
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    text += section + "," + CsvText(name) + "," + CsvText(shown) + "\r\n";
  }
}

}  // namespace

void PrepareReports(const BenchmarkOptions& options) {
  if (options.report == ReportType::kNone) return;
  std::error_code error;
  fs::create_directories(options.report_folder, error);
  if (error) Fail(ErrorKind::kIo, "-report_folder: ", options.report_folder, ": cannot make it: ", error.message());
  for (const std::string ending : {".json", ".csv"}) RequireWritable(PathOf(options, kReport + ending));
  if (HasCounters(options)) RequireWritable(PathOf(options, CountersName(options)));
}

std::vector<std::string> WriteReports(const Benchmark& benchmark) {
  const BenchmarkOptions& options = benchmark.options;
  if (options.report == ReportType::kNone) return {};
  const std::vector<std::pair<std::string, Json>> sections = {{"options", Texts(options.given)},
                                                              {"inputs", Texts(benchmark.inputs)},
                                                              {"outputs", Texts(benchmark.outputs)},
                                                              {"properties", Texts(benchmark.properties)},
                                                              {"results", Figures(benchmark)}};
  Json json = {{"model", benchmark.model_name}};
  std::string csv = "section,name,value\r\n";
  for (const auto& [name, values] : sections) {
    json[name] = values;
    AddSection(name, values, csv);
  }
  json["notes"] = benchmark.notes;
  if (HasCounters(options)) {
    json["counters"] = LayersJson(benchmark.AllLayers());
    if (options.report == ReportType::kDetailedCounters) {
      json["counters_of_requests"] = Json::array();
      for (const LayerTimes& times : benchmark.layers) json["counters_of_requests"].push_back(LayersJson(times));
    }
  }
  std::vector<std::string> paths;
  const auto write = [&](const std::string& name, const std::string& bytes) {
    paths.push_back(PathOf(options, name));
    WriteFile(paths.back(), bytes);
  };
  // Names of files may hold what is no UTF-8.
  write(std::string(kReport) + ".json", json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  write(std::string(kReport) + ".csv", csv);
  if (HasCounters(options)) write(CountersName(options), CountersCsv(benchmark));
  return paths;
}

}  // namespace moir::apps

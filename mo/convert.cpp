#include "mo/convert.h"

#include <chrono>
#include <filesystem>

#include "graph/error.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/params_reader.h"
#include "mo/mxnet/symbol_reader.h"
#include "mo/preprocessing.h"
#include "mo/version.h"
#include "transforms/legalize_for_ir_v10_v11/legalize.h"
#include "transforms/legalize_for_ir_v2_v4/legalize.h"
#include "transforms/pipeline.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using graph::Fail;
namespace fs = std::filesystem;

class Stopwatch {
 public:
  explicit Stopwatch(ConvertReport& report) : report_(report), begin_(Clock::now()), last_(begin_) {}
  void Step(const char* name) {
    const Clock::time_point now = Clock::now();
    report_.times.push_back({name, Seconds(last_, now)});
    report_.seconds = Seconds(begin_, now);
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double Seconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }
  ConvertReport& report_;
  Clock::time_point begin_, last_;
};

// "PREFIX" of "PREFIX-0010.params"; nothing when the name has no such number.
std::optional<std::string> EpochPrefix(const fs::path& params) {
  const std::string stem = params.stem().string();
  const size_t dash = stem.rfind('-');
  if (dash == std::string::npos || dash + 1 == stem.size()) return std::nullopt;
  if (stem.find_first_not_of("0123456789", dash + 1) != std::string::npos) return std::nullopt;
  return stem.substr(0, dash);
}

// The symbol beside the weights: PREFIX-symbol.json for PREFIX-NNNN.params and for PREFIX.params.
std::string FindSymbol(const std::string& input_model) {
  const fs::path params(input_model);
  std::vector<std::string> tried;
  std::vector<std::string> prefixes;
  if (const auto prefix = EpochPrefix(params)) prefixes.push_back(*prefix);
  prefixes.push_back(params.stem().string());
  for (const std::string& prefix : prefixes) {
    const fs::path candidate = params.parent_path() / (prefix + "-symbol.json");
    if (fs::exists(candidate)) return candidate.string();
    tried.push_back(candidate.string());
  }
  Fail(ErrorKind::kIo, input_model, ": the graph that belongs to these weights was not found (looked for ",
       graph::Join(tried, ", "), "); name it with --input_symbol");
}

std::string ModelName(const Options& options) {
  if (!options.model_name.empty()) return options.model_name;
  return fs::path(options.input_model.empty() ? options.input_symbol : options.input_model).stem().string();
}

BuildOptions MakeBuildOptions(const Options& options) {
  BuildOptions build;
  build.model_name = ModelName(options);
  build.outputs = options.output;
  build.batch = options.batch;
  const size_t count = std::max(options.input.size(), options.input_shape.size());
  for (size_t i = 0; i < count; ++i) {
    InputOption input;
    if (i < options.input.size()) input.name = options.input[i];
    if (i < options.input_shape.size()) {
      std::vector<int64_t> shape = options.input_shape[i];
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] >= 0) continue;
        if (axis > 0 || !options.batch) {
          Fail(ErrorKind::kBadOption, "--input_shape: ", graph::Shape(shape),
               ": size -1 is possible for the first axis only, and only with --batch");
        }
        shape[axis] = *options.batch;
      }
      if (options.batch && !shape.empty() && shape[0] != *options.batch) {
        Fail(ErrorKind::kBadOption, "--batch ", *options.batch, " and --input_shape ", graph::Shape(shape),
             ": they contradict each other; write -1 for the batch or leave out --batch");
      }
      input.shape = graph::Shape(std::move(shape));
    }
    build.inputs.push_back(std::move(input));
  }
  return build;
}

// Finds out before the work begins whether the result can be written.
void PrepareFolder(const std::string& folder) {
  std::error_code status;
  fs::create_directories(folder, status);
  if (status || !fs::is_directory(folder)) {
    Fail(ErrorKind::kIo, folder,
         ": the output folder cannot be made: ", status ? status.message() : "a file has its name");
  }
}

void CopyFusingOptions(const Options& options, transforms::PipelineOptions& pipeline) {
  pipeline.disable_fusing = options.disable_fusing;
  pipeline.disable_gfusing = options.disable_gfusing;
  pipeline.disable_resnet_optimization = options.disable_resnet_optimization;
  pipeline.finegrain_fusing = options.finegrain_fusing;
}

// Runs a list of passes under the user's --disable_pass and --dump_passes.
void RunPasses(graph::PassRunner& runner, graph::Graph& graph, const std::string& dump_folder, ConvertReport& report) {
  if (!dump_folder.empty()) runner.DumpTo(dump_folder);
  for (graph::PassReport& pass : runner.Run(graph)) {
    for (const std::string& note : pass.notes) report.notes.push_back(note);
    report.passes.push_back(std::move(pass));
  }
}

}  // namespace

BuildResult ReadModel(const Options& options) {
  const std::string symbol_path = options.input_symbol.empty() ? FindSymbol(options.input_model) : options.input_symbol;
  Symbol symbol = ReadSymbol(symbol_path);
  UpgradeSymbol(symbol);
  const Params params = options.input_model.empty() ? Params() : ReadParams(options.input_model);
  BuildResult built = BuildGraph(symbol, params, MakeBuildOptions(options));
  built.notes.insert(built.notes.begin(), symbol.remarks.begin(), symbol.remarks.end());
  return built;
}

ConvertReport Convert(const Options& options) {
  ConvertReport report;
  Stopwatch watch(report);
  BuildResult built = ReadModel(options);
  graph::Graph& graph = *built.graph;
  report.notes = std::move(built.notes);
  report.operators_read = graph.NodeCount();
  watch.Step("read");

  transforms::PipelineOptions pipeline;
  CopyFusingOptions(options, pipeline);
  graph::IrWriteOptions write;
  pipeline.preprocess = AssignPreprocessing(graph, options);
  pipeline.move_means_to_preprocess = options.move_to_preprocess;
  if (options.move_to_preprocess) {
    for (const transforms::InputPreprocess& entry : pipeline.preprocess) {
      if (!entry.mean.empty())
        write.pre_process.push_back({entry.input, transforms::InParameterOrder(entry, entry.mean), {}});
    }
  }
  graph::PassRunner optimize = transforms::MakePipeline(pipeline);
  for (const std::string& name : options.disable_pass) optimize.Disable(name);
  RunPasses(optimize, graph, options.dump_passes.empty() ? "" : options.dump_passes + "/optimize", report);
  watch.Step("optimize");

  graph::PassRunner legalize;
  const bool opsets = options.ir_version >= 10;
  auto passes =
      opsets ? transforms::MakeLegalizePassesV10V11(options.ir_version)
             : transforms::MakeLegalizePassesV2V4(
                   {.version = options.ir_version, .f16 = options.f16, .detection_output = options.detection_output});
  for (auto& pass : passes) legalize.Add(std::move(pass));
  RunPasses(legalize, graph, options.dump_passes.empty() ? "" : options.dump_passes + "/legalize", report);
  report.operators_written = graph.NodeCount();
  watch.Step("legalize");

  write.version = options.ir_version;
  write.f16 = options.f16;
  write.cli_parameters = options.cli_parameters;
  write.unset_cli_parameters = options.unset_cli_parameters;
  write.tool_version = kVersion;
  PrepareFolder(options.output_dir);
  const std::string stem = (fs::path(options.output_dir) / ModelName(options)).string();
  report.xml_path = stem + ".xml";
  report.bin_path = stem + ".bin";
  report.mapping_path = stem + ".mapping";
  const auto write_ir = opsets ? graph::WriteIrV10V11 : graph::WriteIrV2V4;
  report.written = write_ir(graph, report.xml_path, report.bin_path, report.mapping_path, write);
  watch.Step("write");
  return report;
}

}  // namespace moir::mo

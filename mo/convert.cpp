#include "mo/convert.h"

#include <chrono>
#include <filesystem>

#include "graph/error.h"
#include "mo/dynamic_shapes.h"
#include "mo/extensions.h"
#include "mo/faq.h"
#include "mo/model_files.h"
#include "mo/mxnet/cut_symbol.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/params_reader.h"
#include "mo/mxnet/params_writer.h"
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

// From here on the IR holds the operators of opsets, before that layers.
constexpr int kFirstOpsetVersion = 10;

// Shares of the whole work, as large models take it.
constexpr double kReadDone = 0.15, kOptimizeDone = 0.6, kLegalizeDone = 0.7, kWriteDone = 0.9;

// Tells the listener of every pass of a list, which takes the work from `begin` to `end`.
class PassProgress {
 public:
  PassProgress(const ProgressListener& listener, std::string step, double begin, double end)
      : listener_(listener), step_(std::move(step)), begin_(begin), end_(end) {}
  void SetCount(size_t count) { count_ = count; }
  transforms::PassListener Listener() {
    if (!listener_) return {};
    return [this](std::string_view pass) {
      const double share = count_ > 0 ? static_cast<double>(done_++) / static_cast<double>(count_) : 0;
      listener_({begin_ + (end_ - begin_) * share, step_ + ": " + std::string(pass)});
    };
  }

 private:
  const ProgressListener& listener_;
  std::string step_;
  double begin_, end_;
  size_t count_ = 0, done_ = 0;
};

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

// The shape as given, with --batch where the first size is open. (Other open sizes are settled by now, or belong to an
// IR that has none.)
std::optional<graph::Shape> SettledShape(const std::optional<std::vector<int64_t>>& given, const Options& options) {
  if (!given) return std::nullopt;
  std::vector<int64_t> shape = *given;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] >= 0) continue;
    if (axis > 0 || !options.batch) {
      FailFaq(kInputShapes, ErrorKind::kBadOption, "--input_shape: ", graph::Shape(shape),
              ": sizes of -1 stay open in IR v10 and v11 (--ir_version 11) only; here the first size may be -1 with "
              "--batch");
    }
    shape[axis] = *options.batch;
  }
  return graph::Shape(std::move(shape));
}

BuildOptions MakeBuildOptions(const Options& options, std::vector<InputOption> inputs) {
  BuildOptions build;
  build.model_name = ModelName(options);
  build.outputs = options.output;
  build.batch = options.batch;
  build.inputs = std::move(inputs);
  for (const std::vector<int64_t>& shape : options.input_shape)
    build.inputs.push_back({"", SettledShape(shape, options), std::nullopt});
  return build;
}

std::vector<InputSpec> SettledInputs(const std::vector<InputSpec>& inputs, const Options& options) {
  std::vector<InputSpec> settled = inputs;
  for (InputSpec& input : settled) {
    if (const auto shape = SettledShape(input.shape, options)) input.shape = {shape->begin(), shape->end()};
  }
  return settled;
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

graph::IrWriteReport WriteIr(const graph::Graph& graph, const ConvertReport& report,
                             const graph::IrWriteOptions& write) {
  try {
    const auto write_ir = write.version >= kFirstOpsetVersion ? graph::WriteIrV10V11 : graph::WriteIrV2V4;
    return write_ir(graph, report.xml_path, report.bin_path, report.mapping_path, write);
  } catch (const graph::Error& error) {
    if (error.Kind() != ErrorKind::kUnsupported) throw;
    throw graph::Error(error.Kind(), error.what() + FaqPointer(kNotTranslated));
  }
}

uint64_t FileSize(const std::string& path) {
  std::error_code ignored;
  const auto size = fs::file_size(path, ignored);
  return ignored ? 0 : size;
}

PassList MakeLegalizePasses(const Options& options) {
  if (options.ir_version >= kFirstOpsetVersion) return transforms::MakeLegalizePassesV10V11(options.ir_version);
  return transforms::MakeLegalizePassesV2V4(
      {.version = options.ir_version, .f16 = options.f16, .detection_output = options.detection_output});
}

// What the report says beyond the graph.
void CompleteReport(const Options& options, const ReadResult& read, ConvertReport& report) {
  ModelReport& model = report.model;
  model.model = ModelName(options);
  model.tool_version = kVersion;
  const auto add = [](std::vector<ReportFile>& files, const std::string& path, const char* what) {
    if (!path.empty()) files.push_back({path, what, FileSize(path)});
  };
  add(model.files_read, SymbolPath(options), "graph");
  if (read.nd.files.empty()) add(model.files_read, options.input_model, "parameters");
  for (const std::string& file : read.nd.files) add(model.files_read, file, "parameters");
  for (const auto& [input, file] : options.mean_image) add(model.files_read, file, "mean image");
  add(model.files_written, report.xml_path, "topology");
  add(model.files_written, report.bin_path, "weights");
  add(model.files_written, report.mapping_path, "names");
  model.passes = report.passes;
  for (const StepTime& time : report.times) model.steps.emplace_back(time.step, time.seconds);
  model.engines = report.written.engines;
  model.notes = options.warnings;
  for (const std::vector<std::string>& notes : {options.notes, report.notes, report.written.notes})
    model.notes.insert(model.notes.end(), notes.begin(), notes.end());
  if (report.written.denormals_flushed > 0)
    model.notes.push_back(graph::StrCat(report.written.denormals_flushed, " denormal weights were flushed to zero"));
  if (report.written.f16_overflows > 0) {
    model.notes.push_back(graph::StrCat(report.written.f16_overflows,
                                        " weights are beyond the range of FP16 and became its largest number"));
  }
  model.options = options.cli_parameters;
  if (!report.verification) return;
  model.verification = VerificationFigures(report.verification->result);
  for (const std::vector<std::string>& lines : {report.verification->notes, report.verification->errors})
    model.verification_notes.insert(model.verification_notes.end(), lines.begin(), lines.end());
}

}  // namespace

ReadResult ReadModel(const Options& options) {
  const std::string symbol_path = SymbolPath(options);
  ReadResult read;
  if (!options.nd_prefix_name.empty()) read.nd = WithFaq(kLoadingFailed, [&] { return ReadNdParams(options); });
  Symbol symbol = WithFaq(kLoadingFailed, [&] {
    Symbol parsed = ReadSymbol(symbol_path);
    UpgradeSymbol(parsed);
    return parsed;
  });
  Params params = read.nd.files.empty() && !options.input_model.empty()
                      ? WithFaq(kLoadingFailed, [&] { return ReadParams(options.input_model); })
                      : read.nd.params;
  CutResult cut = CutSymbol(symbol, params, SettledInputs(options.input, options), options.freeze);
  static_cast<BuildResult&>(read) = BuildGraph(symbol, params, MakeBuildOptions(options, std::move(cut.inputs)));
  read.aliases = std::move(cut.aliases);
  read.notes.insert(read.notes.begin(), read.nd.notes.begin(), read.nd.notes.end());
  read.notes.insert(read.notes.begin(), symbol.remarks.begin(), symbol.remarks.end());
  return read;
}

// The graph that would be written, without a word about it.
static std::unique_ptr<graph::Graph> LegalizedGraph(const Options& options) {
  ReadResult read = ReadModel(options);
  graph::Graph& graph = *read.graph;
  transforms::PipelineOptions pipeline;
  CopyFusingOptions(options, pipeline);
  pipeline.preprocess = AssignPreprocessing(graph, options, read.aliases);
  pipeline.layouts = AssignLayouts(graph, options, read.aliases);
  graph::PassRunner passes = transforms::MakePipeline(pipeline);
  for (const std::string& name : options.disable_pass) passes.Disable(name);
  passes.Run(graph);
  graph::PassRunner legalize;
  for (auto& pass : MakeLegalizePasses(options)) legalize.Add(std::move(pass));
  legalize.Run(graph);
  return std::move(read.graph);
}

ConvertReport Convert(const Options& given, const ProgressListener& progress, const VerifyTools& tools,
                      const ConvertFaults& faults) {
  std::vector<std::string> extension_notes = LoadExtensions(given.extensions);
  const bool open_sizes = given.ir_version >= kFirstOpsetVersion && HasOpenSizes(given);
  SizeSamples samples;
  if (open_sizes) samples = MakeSizeSamples(given, LegalizedGraph);
  const Options options = open_sizes ? samples.options : given;
  ConvertReport report;
  Stopwatch watch(report);
  const auto tell = [&](double fraction, const char* what) {
    if (progress) progress({fraction, what});
  };
  CheckFolder(options.output_dir);
  if (!options.report.empty()) CheckFolder(fs::absolute(options.report).parent_path().string());
  tell(0, "read");
  ReadResult built = ReadModel(options);
  const bool save_parameters = MustSaveNdParams(built.nd);
  graph::Graph& graph = *built.graph;
  report.notes = std::move(extension_notes);
  report.notes.insert(report.notes.end(), built.notes.begin(), built.notes.end());
  report.operators_read = graph.NodeCount();
  if (!options.report.empty()) report.model.operators_read = CountOperators(graph);
  watch.Step("read");

  transforms::PipelineOptions pipeline;
  CopyFusingOptions(options, pipeline);
  graph::IrWriteOptions write;
  pipeline.preprocess = AssignPreprocessing(graph, options, built.aliases);
  pipeline.layouts = AssignLayouts(graph, options, built.aliases);
  if (options.ir_version >= kFirstOpsetVersion) write.layouts = FedLayouts(graph, options, built.aliases);
  pipeline.move_means_to_preprocess = options.move_to_preprocess;
  if (options.move_to_preprocess) {
    for (const transforms::InputPreprocess& entry : pipeline.preprocess) {
      if (!entry.mean.empty())
        write.pre_process.push_back({entry.input, transforms::InParameterOrder(entry, entry.mean), {}});
    }
  }
  std::unique_ptr<ConversionVerifier> verifier;
  if (options.verify) {
    if (open_sizes && !options.verify_input.empty()) {
      Fail(ErrorKind::kBadOption,
           "--verify_input: the sizes that --input_shape leaves open are verified with sizes of mo's choice and random "
           "numbers, expected no --verify_input, or settled sizes");
    }
    verifier = std::make_unique<ConversionVerifier>(graph, options, pipeline, built.aliases, tools);
  }
  const auto make_optimize = [&](const transforms::PipelineOptions& of) {
    PassList passes = transforms::MakePipelinePasses(of);
    if (faults.optimize) faults.optimize(passes);
    return passes;
  };
  PassProgress optimizing(progress, "optimize", kReadDone, kOptimizeDone);
  pipeline.listener = optimizing.Listener();
  graph::PassRunner optimize;
  for (auto& pass : make_optimize(pipeline)) optimize.Add(std::move(pass));
  optimizing.SetCount(optimize.Names().size());
  for (const std::string& name : options.disable_pass) optimize.Disable(name);
  RunPasses(optimize, graph, options.dump_passes.empty() ? "" : options.dump_passes + "/optimize", report);
  if (!options.report.empty()) DescribeGraph(graph, report.model);
  watch.Step("optimize");

  PassProgress legalizing(progress, "legalize", kOptimizeDone, kLegalizeDone);
  graph::PassRunner legalize;
  const auto make_legalize = [&] {
    PassList passes = MakeLegalizePasses(options);
    if (faults.legalize) faults.legalize(passes);
    return passes;
  };
  for (auto& pass : make_legalize())
    legalize.Add(transforms::MakeNotifyingPass(std::move(pass), legalizing.Listener()));
  legalizing.SetCount(legalize.Names().size());
  RunPasses(legalize, graph, options.dump_passes.empty() ? "" : options.dump_passes + "/legalize", report);
  if (open_sizes) {
    if (!samples.note.empty()) report.notes.push_back(samples.note);
    write.open_sizes = OpenUpSizes(graph, std::move(samples));
  }
  report.operators_written = graph.NodeCount();
  watch.Step("legalize");

  for (const graph::PassReport& pass : report.passes) {
    for (const auto& [node, reason] : pass.declined) {
      if (pass.name.starts_with("decompose-")) write.reasons[node] = reason;
    }
  }
  write.version = options.ir_version;
  write.f16 = options.f16;
  write.cli_parameters = options.cli_parameters;
  write.unset_cli_parameters = options.unset_cli_parameters;
  write.tool_version = kVersion;
  tell(kLegalizeDone, "write");
  NewFolder folder(options.output_dir);
  const std::string stem = (fs::path(options.output_dir) / ModelName(options)).string();
  report.xml_path = stem + ".xml";
  report.bin_path = stem + ".bin";
  report.mapping_path = stem + ".mapping";
  report.written = WriteIr(graph, report, write);
  folder.Keep();
  if (save_parameters) {
    WriteParamsFile(built.nd.save_path, built.nd.params);
    report.notes.push_back("merged parameters: " + built.nd.save_path);
  }
  watch.Step("write");
  if (faults.after_writing) faults.after_writing(report);
  if (verifier) {
    report.verification = verifier->Run(report.xml_path, report.bin_path, {make_optimize, make_legalize},
                                        [&](const std::string& what) { tell(kWriteDone, what.c_str()); });
    watch.Step("verify");
  }
  if (!options.report.empty()) {
    CompleteReport(options, built, report);
    NewFolder report_folder(fs::absolute(options.report).parent_path().string());
    WriteReport(options.report, report.model);
    report_folder.Keep();
  }
  tell(1, "done");
  return report;
}

}  // namespace moir::mo

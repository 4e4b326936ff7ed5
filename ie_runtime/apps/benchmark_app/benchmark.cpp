#include "benchmark.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "../common/fail.h"
#include "../common/progress.h"
#include "data.h"
#include "log.h"
#include "report.h"

namespace moir::apps {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void Note(Benchmark& benchmark, const std::string& note) {
  benchmark.notes.push_back(note);
  LogNote(note);
}

// The engine takes and gives the model's types.
void RequireTypes(const char* option, const std::string& given, const std::vector<Port>& ports, const char* way_out) {
  if (given.empty()) return;
  for (const Port& port : ports) {
    if (UsualType(given) == ElementTypeName(port.type)) continue;
    Fail(ErrorKind::kBadOption, option, ": got ", given, ", and \"", port.name, "\" of the model is ",
         ElementTypeName(port.type), "; types are not converted here, ", way_out);
  }
}

// Files of IR v10 and v11 rarely say what the axes are. Pictures are easily told, and nothing but -b and FPS depends on
// it.
void GuessLayouts(Model& model, Benchmark& benchmark) {
  const auto is_channels = [](int64_t size) { return size == 1 || size == 3; };
  for (const Port& port : model.Inputs()) {
    if (port.shape.size() != 4 || !model.GetLayout(port.name).empty()) continue;
    const char* layout = is_channels(port.shape[1]) ? "NCHW" : is_channels(port.shape[3]) ? "NHWC" : nullptr;
    if (!layout) continue;
    model.SetLayout(port.name, layout);
    Note(benchmark, "input \"" + port.name + "\" is taken for pictures, " + layout + "; -layout says otherwise");
  }
}

// Layouts, the batch and shapes, in that order; then the shapes are settled.
void ShapeModel(Model& model, const BenchmarkOptions& options, Benchmark& benchmark) {
  for (const std::string& text : options.layouts) {
    for (const NamedText& part : ParseNamedTexts("-layout", text, model.Inputs(), "[NCHW]"))
      model.SetLayout(part.name, part.text);
  }
  GiveShapes(model, options.model);
  GuessLayouts(model, benchmark);
  if (options.batch > 0) {
    try {
      model.SetBatch(options.batch);
    } catch (const Error& error) {
      if (error.Kind() == ErrorKind::kInternal) throw;
      Fail(error.Kind(), "-b ", options.batch, ": ", error.what(), "; -layout tells the axes, -shape gives all sizes");
    }
  }
  RequireSettledShapes(model, options.model);
}

// The size of the axis N; 1, and a note, when nobody knows which axis that is.
int64_t FindBatch(const Model& model, Benchmark& benchmark) {
  bool may_be_more = false;
  for (const Port& port : model.Inputs()) {
    const std::string layout = model.GetLayout(port.name);
    const size_t axis = layout.find('N');
    if (axis != std::string::npos && layout.find('.') == std::string::npos && axis < port.shape.size())
      return port.shape[axis];
    may_be_more = may_be_more || (!port.shape.empty() && port.shape[0] > 1);
  }
  if (may_be_more) {
    Note(
        benchmark,
        "the model does not say which axis of its inputs is the batch: FPS count inferences; -layout \"[NCHW]\" tells");
  }
  return 1;
}

Properties MakeProperties(const BenchmarkOptions& options, const Core& core) {
  std::string hint = options.hint;
  if (hint.empty()) hint = options.streams ? "none" : options.async ? "throughput" : "latency";
  Properties properties = {{"performance_hint", hint},
                           {"inference_precision", options.model.precision},
                           {"inference_num_threads", std::to_string(options.model.threads)}};
  if (options.streams) properties["num_streams"] = std::to_string(*options.streams);
  if (options.requests && hint == "throughput")
    properties["performance_hint_num_requests"] = std::to_string(*options.requests);
  if (!options.affinity.empty()) properties["affinity"] = options.affinity;
  if (!options.busy_waiting.empty()) properties["busy_waiting"] = options.busy_waiting;
  if (!options.kernel_choice.empty()) properties["kernel_choice"] = options.kernel_choice;
  if (!options.cache_folder.empty()) {
    const std::string known = "," + core.GetProperty("supported_properties") + ",";
    if (known.find(",cache_dir,") == std::string::npos)
      Fail(ErrorKind::kUnsupported, "-cache_dir: this engine keeps no compiled models");
    properties["cache_dir"] = options.cache_folder;
  }
  return properties;
}

std::vector<std::pair<std::string, std::string>> PropertiesInForce(const CompiledModel& model) {
  std::vector<std::pair<std::string, std::string>> all;
  std::istringstream names(model.GetProperty("supported_properties"));
  for (std::string name; std::getline(names, name, ',');) {
    if (name != "supported_properties") all.emplace_back(name, model.GetProperty(name));
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> DescribePorts(const std::vector<Port>& ports) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const Port& port : ports) result.emplace_back(port.name, Describe(port.type, port.shape));
  return result;
}

// VmRSS and VmHWM.
void ReadMemory(Benchmark& benchmark) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream fields(line);
    std::string name;
    uint64_t kilobytes = 0;
    if (!(fields >> name >> kilobytes)) continue;
    if (name == "VmRSS:") benchmark.memory_bytes = kilobytes * 1024;
    if (name == "VmHWM:") benchmark.peak_memory_bytes = kilobytes * 1024;
  }
}

std::string LimitsText(const Limits& limits) {
  char text[96];
  if (!limits.iterations) std::snprintf(text, sizeof text, "%g s", *limits.seconds);
  else if (!limits.seconds)
    std::snprintf(text, sizeof text, "%lld inferences", static_cast<long long>(*limits.iterations));
  else
    std::snprintf(text, sizeof text, "%g s and %lld inferences", *limits.seconds,
                  static_cast<long long>(*limits.iterations));
  return text;
}

Measurement Measure(Runner& runner, const Limits& limits) {
  ProgressBar bar("measuring");
  return runner.Run(limits, [&](double seconds, int64_t inferences) {
    double part = 1;
    if (limits.seconds) part = std::min(part, seconds / *limits.seconds);
    if (limits.iterations)
      part = std::min(part, static_cast<double>(inferences) / static_cast<double>(*limits.iterations));
    char text[96];
    std::snprintf(text, sizeof text, "%.1f s, %lld inferences, %.1f per second", seconds,
                  static_cast<long long>(inferences), static_cast<double>(inferences) / std::max(seconds, 1e-9));
    bar.Show(part, text);
  });
}

// Profiling takes time of its own, so the layers are timed in further inferences, run the same way.
void MeasureLayers(Runner& runner, CompiledModel& model, Benchmark& benchmark) {
  constexpr double kPart = 0.1, kLongest = 5;
  const std::vector<RuntimeLayer> layers = model.GetRuntimeModel();
  for (size_t i = 0; i < runner.Requests(); ++i) benchmark.layers.emplace_back(layers);
  model.SetProperty("enable_profiling", "true");
  Limits limits;
  limits.seconds = std::min(benchmark.duration_ms * 1e-3 * kPart, kLongest);
  limits.iterations = static_cast<int64_t>(runner.Requests()) * 3;
  ForgetInterrupt();
  runner.Run(limits, {},
             [&](size_t request) { benchmark.layers[request].Add(runner.Request(request).GetProfilingInfo()); });
  LogInfo("Layers: timed in %zu further inferences", benchmark.AllLayers().Inferences());
}

}  // namespace

double Benchmark::FramesPerSecond() const {
  return duration_ms > 0 ? static_cast<double>(inferences) * static_cast<double>(batch) / duration_ms * 1000 : 0;
}

LayerTimes Benchmark::AllLayers() const {
  LayerTimes all = layers.at(0);
  for (size_t i = 1; i < layers.size(); ++i) all.Add(layers[i]);
  return all;
}

Benchmark RunBenchmark(const BenchmarkOptions& options) {
  Benchmark benchmark;
  benchmark.options = options;
  LogStep(1, "Parsing and checking the command line");
  for (const auto& [name, value] : options.given) LogInfo("-%s %s", name.c_str(), value.c_str());
  PrepareReports(options);
  LogStep(2, "Starting the engine");
  Core core;
  LogInfo("Device: CPU, %s", core.GetProperty("full_device_name").c_str());
  LogStep(3, "Setting the engine's properties");
  const Properties properties = MakeProperties(options, core);
  for (const auto& [name, value] : properties) LogInfo("%s: %s", name.c_str(), value.c_str());

  LogStep(4, "Reading the model");
  Clock::time_point start = Clock::now();
  Model model = ReadModelFiles(core, options.model);
  benchmark.read_ms = MillisecondsSince(start);
  LogInfo("Read model took %.2f ms", benchmark.read_ms);
  benchmark.model_name = model.GetName();
  LogStep(5, "Giving the inputs their shapes");
  ShapeModel(model, options, benchmark);
  benchmark.batch = FindBatch(model, benchmark);
  LogInfo("Batch size: %lld", static_cast<long long>(benchmark.batch));
  LogStep(6, "Looking at inputs and outputs");
  benchmark.inputs = DescribePorts(model.Inputs());
  benchmark.outputs = DescribePorts(model.Outputs());
  for (const auto& [name, text] : benchmark.inputs) LogInfo("input  %s  %s", name.c_str(), text.c_str());
  for (const auto& [name, text] : benchmark.outputs) LogInfo("output %s  %s", name.c_str(), text.c_str());
  RequireTypes("-ip", options.input_precision, model.Inputs(), "mo --input \"NAME{u8}\" makes a model that takes u8");
  RequireTypes("-op", options.output_precision, model.Outputs(), "convert the results in the application");

  LogStep(7, "Compiling the model");
  start = Clock::now();
  CompiledModel compiled = core.CompileModel(model, properties);
  benchmark.compile_ms = MillisecondsSince(start);
  LogInfo("Compile model took %.2f ms", benchmark.compile_ms);
  LogStep(8, "Asking for the properties in force");
  benchmark.properties = PropertiesInForce(compiled);
  for (const auto& [name, value] : benchmark.properties) LogInfo("  %s: %s", name.c_str(), value.c_str());
  benchmark.requests = 1;
  if (options.async) {
    benchmark.requests = options.requests ? static_cast<size_t>(*options.requests)
                                          : std::stoul(compiled.GetProperty("optimal_number_of_infer_requests"));
  }
  const int streams = std::stoi(compiled.GetProperty("num_streams"));
  if (!options.async && streams > 1)
    Note(benchmark, "-api sync runs one inference at a time, with the threads of one of " + std::to_string(streams) +
                        " streams; -hint latency gives it all threads");
  if (options.async && static_cast<size_t>(streams) > benchmark.requests)
    Note(benchmark, std::to_string(benchmark.requests) + " requests keep only as many of " + std::to_string(streams) +
                        " streams busy");

  LogStep(9, "Creating requests and their inputs");
  Limits limits;
  limits.seconds = options.seconds;
  limits.iterations = options.iterations;
  constexpr size_t kMostSets = 1 << 16;
  BenchmarkData data =
      MakeData(model, options, options.inference_only || options.inputs.empty() ? benchmark.requests : kMostSets);
  for (size_t i = 0; i < data.origins.size(); ++i)
    LogInfo("input  %s  %s", benchmark.inputs[i].first.c_str(), data.origins[i].c_str());
  for (const std::string& note : data.notes) Note(benchmark, note);
  Runner runner(compiled, std::move(data.sets), benchmark.requests, options.async, !options.inference_only);
  const Runner::Warmth warmth = runner.WarmUp([&] { return std::stoull(compiled.GetProperty("memory_to_settle")); });
  benchmark.first_inference_ms = warmth.first_ms;
  benchmark.warm_up = warmth.inferences;
  LogInfo("First inference took %.2f ms", benchmark.first_inference_ms);
  LogInfo("Warm-up: %zu inferences, not measured", benchmark.warm_up);

  LogStep(10, "Measuring");
  LogInfo("%s, %zu %s at a time, %s, limits: %s", options.async ? "async" : "sync", benchmark.requests,
          benchmark.requests == 1 ? "request" : "requests",
          options.inference_only ? "inference only" : "inputs are written in every inference",
          LimitsText(limits).c_str());
  CatchInterrupts();
  Measurement measured = Measure(runner, limits);
  ReadMemory(benchmark);
  benchmark.interrupted = measured.interrupted;
  if (benchmark.interrupted) Note(benchmark, "interrupted: the figures are of the inferences until then");
  benchmark.inferences = measured.latencies.size();
  if (benchmark.inferences == 0) Fail(ErrorKind::kBadOption, "interrupted before the first inference was measured");
  benchmark.duration_ms = measured.milliseconds;
  const double seconds = std::max(measured.milliseconds * 1e-3, 1e-9);
  benchmark.busy_cpus = measured.cpu_seconds / seconds;
  // Ticks are 10 ms: nothing can be told of shorter measurements.
  constexpr double kShortest = 0.5, kNoticed = 0.1;
  if (seconds >= kShortest) benchmark.other_busy_cpus = measured.other_cpu_seconds / seconds;
  if (benchmark.other_busy_cpus > kNoticed) {
    char text[128];
    std::snprintf(text, sizeof text, "other programs kept %.2f CPUs busy during the measurement",
                  benchmark.other_busy_cpus);
    Note(benchmark, text);
  }
  benchmark.latency = Statistics(std::move(measured.latencies));
  benchmark.multiply_adds = MultiplyAdds(compiled.GetRuntimeModel());
  benchmark.weight_bytes = std::stoull(compiled.GetProperty("memory_weights"));
  benchmark.activation_bytes = std::stoull(compiled.GetProperty("memory_activations"));
  if (options.counters || options.report == ReportType::kAverageCounters ||
      options.report == ReportType::kDetailedCounters)
    MeasureLayers(runner, compiled, benchmark);
  LogStep(11, "Telling the results");
  return benchmark;
}

}  // namespace moir::apps

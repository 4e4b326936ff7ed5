// Names are those of OpenVINO's program, all of its spellings; those of our other programs mean the same.
#include "options.h"

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cctype>
#include <iostream>
#include <map>

#include "../common/common_options.h"
#include "../common/fail.h"
#include "../common/output_file.h"
#include "../common/picture_model.h"
#include "../common/program.h"
#include "config_file.h"

namespace moir::apps {
namespace {

namespace po = boost::program_options;

// Other spelling -> the name below.
const std::map<std::string, std::string>& Spellings() {
  static const std::map<std::string, std::string> kSpellings = {
      {"api_type", "api"},
      {"batch_size", "batch"},
      {"cdir", "cache_dir"},
      {"infer_threads_pinning", "pin"},
      {"input_precision", "ip"},
      {"input_shape", "shape"},
      {"number_infer_requests", "nireq"},
      {"number_iterations", "niter"},
      {"number_streams", "nstreams"},
      {"number_threads", "nthreads"},
      {"output_precision", "op"},
      {"path_to_model", "model"},
      {"paths_to_input", "input"},
      {"perf_counts", "pc"},
      {"perf_hint", "hint"},
      {"precision", "infer_precision"},
      {"target_device", "device"},
      {"threads", "nthreads"},
  };
  return kSpellings;
}

// Options of OpenVINO's program that have no meaning here, and what to do instead.
const std::map<std::string, std::string>& Refused() {
  static const std::map<std::string, std::string> kRefused = {
      {"c", "there is no GPU here"},
      {"data_shape", "give the shape to measure with -shape"},
      {"exec_graph_path", "-pc and -report_type detailed_counters tell the layers as they run"},
      {"iop", "types are the model's; mo --input \"NAME{u8}\" makes a model that takes others"},
      {"json_stats", "reports are always written as JSON and as CSV"},
      {"lfile", "a compiled model cannot be saved"},
      {"load_from_file", "a compiled model cannot be saved"},
      {"max_irate", "inferences start as soon as they can"},
      {"mean_values", "mo --mean_values makes them part of the model"},
      {"no_warmup", "the first inferences are never measured"},
      {"pcseq", "give -api sync or -hint latency for layers one after the other"},
      {"scale_values", "mo --scale_values makes them part of the model"},
  };
  return kRefused;
}

std::vector<std::string> WithUsualNames(std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    const size_t start = argument.find_first_not_of('-');
    if (start == 0 || start == std::string::npos || start > 2) continue;
    const size_t end = std::min(argument.find('='), argument.size());
    const std::string name = argument.substr(start, end - start);
    if (const auto found = Refused().find(name); found != Refused().end())
      Fail(ErrorKind::kBadOption, "-", name, ": is not supported: ", found->second);
    if (const auto found = Spellings().find(name); found != Spellings().end())
      argument = "--" + found->second + argument.substr(end);
  }
  return arguments;
}

// The texts of an option's value and what they mean.
template <typename T>
T Choose(const char* option, const std::string& text, const std::vector<std::pair<const char*, T>>& choices) {
  std::string expected;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (text == choices[i].first) return choices[i].second;
    expected += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + std::string(choices[i].first);
  }
  Fail(ErrorKind::kBadOption, option, ": got ", text, ", expected ", expected);
}

template <typename T>
void RequireRange(const char* option, const std::optional<T>& value, T from, T to) {
  if (value && !(*value >= from && *value <= to))
    Fail(ErrorKind::kBadOption, option, ": got ", *value, ", expected ", from, " to ", to);
}

// Texts and numbers as they come from the command line.
struct Raw {
  std::string api, hint, pin, affinity, report, order, precision;
  int requests = 0, streams = 0;
  double seconds = 0;
  int64_t iterations = 0;
};

template <typename T>
std::optional<T> IfGiven(const po::variables_map& values, const char* name, T value) {
  return values.count(name) > 0 ? std::optional<T>(value) : std::nullopt;
}

// Checks that need no model, and gives the texts their meaning.
void Interpret(const po::variables_map& values, const Raw& raw, BenchmarkOptions& options) {
  constexpr int kMost = 4096;
  constexpr double kLongest = 1e7;
  options.requests = IfGiven(values, "nireq", raw.requests);
  options.streams = IfGiven(values, "nstreams", raw.streams);
  options.seconds = IfGiven(values, "time", raw.seconds);
  options.iterations = IfGiven(values, "niter", raw.iterations);
  RequireRange("-nireq", options.requests, 1, kMost);
  RequireRange("-nstreams", options.streams, 1, kMost);
  RequireRange<int64_t>("-niter", options.iterations, 1, int64_t{1} << 40);
  RequireRange("-nthreads", std::optional(options.model.threads), 0, kMost);
  RequireRange("-latency_percentile", std::optional(options.percentile), 1, 100);
  if (options.seconds && !(*options.seconds > 0 && *options.seconds <= kLongest))
    Fail(ErrorKind::kBadOption, "-t: got ", *options.seconds, ", expected seconds, more than 0 and at most ", kLongest);
  if (!options.seconds && !options.iterations) options.seconds = kDefaultSeconds;
  CheckBatch(options.batch);
  options.model.precision = UsualType(options.model.precision);
  if (!raw.hint.empty()) {
    options.hint = Choose<std::string>(
        "-hint", raw.hint,
        {{"latency", "latency"}, {"throughput", "throughput"}, {"tput", "throughput"}, {"none", "none"}});
  }
  options.async =
      raw.api.empty() ? options.hint != "latency" : Choose<bool>("-api", raw.api, {{"sync", false}, {"async", true}});
  if (!raw.pin.empty()) options.affinity = Choose<std::string>("-pin", raw.pin, {{"YES", "core"}, {"NO", "none"}});
  if (!raw.affinity.empty()) {
    const auto affinity = Choose<std::string>("-affinity", raw.affinity, {{"core", "core"}, {"none", "none"}});
    if (!options.affinity.empty() && options.affinity != affinity)
      Fail(ErrorKind::kBadOption, "-pin ", raw.pin, " and -affinity ", raw.affinity, ": contradict each other");
    options.affinity = affinity;
  }
  if (!raw.report.empty()) {
    options.report = Choose<ReportType>("-report_type", raw.report,
                                        {{"no_counters", ReportType::kNoCounters},
                                         {"average_counters", ReportType::kAverageCounters},
                                         {"detailed_counters", ReportType::kDetailedCounters}});
  }
  if (!raw.order.empty()) {
    options.counter_order = Choose<CounterOrder>("-pcsort", raw.order,
                                                 {{"no_sort", CounterOrder::kExecution},
                                                  {"sort", CounterOrder::kTime},
                                                  {"simple_sort", CounterOrder::kTimeExecuted}});
    options.counters = true;
  }
}

void RequireNoContradiction(const po::variables_map& values, const BenchmarkOptions& options) {
  if (!options.async && options.requests && *options.requests != 1)
    Fail(ErrorKind::kBadOption, "-nireq: got ", *options.requests,
         " with -api sync, which runs one request at a time; expected -api async");
  if (options.hint == "latency" && options.streams && *options.streams > 1)
    Fail(ErrorKind::kBadOption, "-nstreams: got ", *options.streams,
         " with -hint latency, which is one stream; expected -hint none");
  if (options.streams && options.model.threads > 0 && *options.streams > options.model.threads)
    Fail(ErrorKind::kBadOption, "-nstreams: got ", *options.streams, " with -nthreads ", options.model.threads,
         ", expected a thread for each stream");
  if (values.count("report_folder") > 0 && options.report == ReportType::kNone)
    Fail(ErrorKind::kBadOption,
         "-report_folder: nothing is written without -report_type no_counters, average_counters or detailed_counters");
  if (!options.inputs.empty() && !values["seed"].defaulted())
    Fail(ErrorKind::kBadOption, "-seed: there are no random values with -i");
}

}  // namespace

std::string UsualType(std::string type) {
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::tolower(c); });
  if (type.starts_with("fp")) type.erase(1, 1);
  return type;
}

bool ParseBenchmarkOptions(const std::vector<std::string>& arguments, BenchmarkOptions& options) {
  Raw raw;
  options.model.shape_option = "-shape";
  std::string load_config;
  po::options_description all, what = OptionGroup("model and data"), how = OptionGroup("measurement"),
                               engine = OptionGroup("engine"), results = OptionGroup("results");
  AddModelOptions(what, options.model);
  // clang-format off
  what.add_options()
      ("input,i", po::value(&options.inputs)->multitoken()->value_name("FILE..."),
       "pictures, folders of pictures, or values of inputs: [NAME=]FILE with .npy, .npz or a picture; without: seeded "
       "random values, floats in [0, 1), integers 0 or 1")
      ("shape", po::value(&options.model.shapes)->value_name("SHAPE"),
       "shapes of inputs: \"[1,3,224,224]\" for a model with one input, or \"NAME[1,3,224,224]\", several with commas "
       "between them; needed where the model leaves sizes open")
      ("layout", po::value(&options.layouts)->value_name("LAYOUT"),
       "what the axes of inputs are, \"[NCHW]\" or \"NAME[NCHW]\"; for -b, where the file does not say")
      ("batch,b", po::value(&options.batch)->default_value(0)->value_name("N"),
       "size of the axes N of all inputs; 0: as the model has it")
      ("ip", po::value(&options.input_precision)->value_name("TYPE"), "the inputs' type; the model's, or an error")
      ("op", po::value(&options.output_precision)->value_name("TYPE"), "the outputs' type; the model's, or an error")
      ("seed", po::value(&options.seed)->default_value(0)->value_name("N"), "of the random values");
  how.add_options()
      ("api", po::value(&raw.api)->value_name("sync|async"),
       "sync: one inference after the other; async: -nireq at a time. Default: sync with -hint latency, else async")
      ("hint", po::value(&raw.hint)->value_name("latency|throughput|none"),
       "how the engine divides threads: latency gives all to one inference, throughput one to each. Default: latency "
       "with -api sync, throughput with async, none with -nstreams")
      ("nireq", po::value(&raw.requests)->value_name("N"),
       "requests at a time; default: as many as keep all streams busy")
      ("nstreams", po::value(&raw.streams)->value_name("N"), "inferences that run at the same time; default: as -hint says")
      ("time,t", po::value(&raw.seconds)->value_name("SECONDS"),
       "how long to measure; 60 when there is no -niter either; with it: until both are reached")
      ("niter", po::value(&raw.iterations)->value_name("N"), "how many inferences to measure")
      ("inference_only", po::value(&options.inference_only)->default_value(true, "true")->value_name("BOOL"),
       "false: every inference begins with writing its inputs, from all of -i in turn, and this is measured, too");
  engine.add_options()
      ("device,d", po::value(&options.model.device)->default_value("CPU")->value_name("NAME"), "CPU, the only device")
      ("nthreads", po::value(&options.model.threads)->default_value(0)->value_name("N"),
       "threads of all streams together; 0: as many as the process may use")
      ("pin", po::value(&raw.pin)->value_name("YES|NO"), "YES: the threads of a stream keep to CPUs of their own")
      ("affinity", po::value(&raw.affinity)->value_name("core|none"), "the same")
      ("busy_waiting", po::value(&options.busy_waiting)->value_name("auto|true|false"),
       "whether threads of an inference spin while they wait for each other; auto, the default: until other programs "
       "are seen to want the CPUs")
      ("infer_precision", po::value(&options.model.precision)->default_value("f32")->value_name("TYPE"), "f32 or bf16")
      ("cache_dir", po::value(&options.cache_folder)->value_name("FOLDER"), "where compiled models are kept")
      ("kernel_choice", po::value(&options.kernel_choice)->value_name("estimate|measure"),
       "measure: when the model is compiled, convolutions' algorithms are timed, for a second at the most; estimate, the "
       "default: they are not. With -cache_dir that is done once")
      ("extensions,l", po::value(&options.model.extensions)->value_name("LIB.so|FOLDER,..."),
       "plug-ins with operators, and folders of plug-ins; repeatable");
  results.add_options()
      ("latency_percentile", po::value(&options.percentile)->default_value(50)->value_name("N"),
       "another percentile to print, 1 to 100, beside the median, the 90th and the 99th")
      ("pc", po::bool_switch(&options.counters),
       "print time, kernel and speed of each layer and each operator, from further inferences after the measurement")
      ("pcsort", po::value(&raw.order)->value_name("ORDER"),
       "no_sort: layers in the order in which they run; sort: the longest first; simple_sort: and without those that "
       "need not run. Includes -pc")
      ("report_type", po::value(&raw.report)->value_name("TYPE"),
       "no_counters: write benchmark_report.json and .csv; average_counters: with the layers' times; "
       "detailed_counters: with those of each request")
      ("report_folder", po::value(&options.report_folder)->value_name("FOLDER"), "where to; default: the current one")
      ("dump_config", po::value(&options.dump_config)->value_name("FILE.json"), "write the options of this run")
      ("load_config", po::value(&load_config)->value_name("FILE.json"),
       "take options from such a file; the command line goes before");
  // clang-format on
  all.add(what).add(how).add(engine).add(results);
  const std::vector<std::string> usual = WithUsualNames(arguments);
  po::variables_map values = ParseOptions(all, usual);
  if (values.count("help") > 0) {
    std::cout << "benchmark_app -m model.xml [-i picture...] [-hint latency|throughput]: how fast a model runs\n\n"
              << all
              << "\nOptions may begin with one dash or two. Ctrl-C ends the measurement; the figures are then of what "
              << "was measured.\n"
              << kExitCodes;
    return false;
  }
  // Anew, with what the file adds.
  if (!load_config.empty()) values = ParseOptions(all, WithConfigFile(all, load_config, values, usual));
  Interpret(values, raw, options);
  RequireNoContradiction(values, options);
  options.given = GivenOptions(values);
  if (!options.dump_config.empty()) RequireWritable(options.dump_config);
  return true;
}

}  // namespace moir::apps

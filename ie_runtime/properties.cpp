#include "ie_runtime/properties.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "ie_runtime/isa.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int kMaxThreads = 4096;

[[noreturn]] void FailValue(const std::string& name, const std::string& value, const std::string& expected) {
  Fail(ErrorKind::kBadOption, "property ", name, ": got \"", value, "\", expected ", expected);
}

int ReadNumber(const std::string& name, const std::string& value, int from, const std::string& or_else = {},
               int to = kMaxThreads) {
  const auto number = graph::ParseInt(value);
  if (!number || *number < from || *number > to)
    FailValue(name, value, StrCat(or_else, "a number from ", from, " to ", to));
  return static_cast<int>(*number);
}

// What the properties say, before it is known what it comes to.
struct Request {
  int threads = 0, num_requests = 0;
  int streams = 0;  // 0: as the hint says
  bool auto_streams = false;
  std::string hint = "none";
};

struct Property {
  const char* name;
  void (*read)(const std::string& name, const std::string& value, Request& request, CompileSettings& settings);
};

void ReadAffinity(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  if (value != "none" && value != "core") FailValue(name, value, "none or core");
  settings.affinity = value == "core" ? Affinity::kCore : Affinity::kNone;
}
void ReadBusyWaiting(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  if (value == "auto") settings.busy_waiting = BusyWaiting::kAuto;
  else if (value == "true") settings.busy_waiting = BusyWaiting::kOn;
  else if (value == "false") settings.busy_waiting = BusyWaiting::kOff;
  else FailValue(name, value, "auto, true or false");
  settings.in_force[name] = value;
}
void ReadEnableProfiling(const std::string&, const std::string& value, Request&, CompileSettings& settings) {
  settings.profiling = ReadProfiling(value);
}
void ReadCapacity(const std::string&, const std::string& value, Request&, CompileSettings& settings) {
  settings.shape_cache_capacity = ReadShapeCacheCapacity(value);
}
void ReadThreads(const std::string& name, const std::string& value, Request& request, CompileSettings&) {
  request.threads = ReadNumber(name, value, 0);
}
void ReadPrecision(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  if (value != "f32" && value != "bf16") FailValue(name, value, "f32 or bf16");
  settings.compile.precision = value == "bf16" ? ElementType::kBF16 : ElementType::kF32;
}
void ReadMaxIsa(const std::string&, const std::string& value, Request&, CompileSettings& settings) {
  if (!value.empty()) ParseIsa(value);
  settings.max_isa = value;
}
void ReadCacheDir(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  if (value.find('\0') != std::string::npos) FailValue(name, "a text with zeros", "the path of a folder");
  settings.cache_dir = value;
}
void ReadCacheMaxSize(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  settings.cache_max_size = std::nullopt;
  if (value == "unlimited") return;
  constexpr std::string_view kUnits = "KMGT";
  const size_t unit = value.empty() ? std::string_view::npos : kUnits.find(value.back());
  const auto number = graph::ParseInt(unit == std::string_view::npos ? value : value.substr(0, value.size() - 1));
  int64_t bytes = 0;
  const int64_t factor = unit == std::string_view::npos ? 1 : int64_t{1} << (10 * (unit + 1));
  if (!number || *number < 1 || __builtin_mul_overflow(*number, factor, &bytes))
    FailValue(name, value, "unlimited, or bytes from 1, where K, M, G and T may follow (512M)");
  settings.cache_max_size = static_cast<uint64_t>(bytes);
}
void ReadExportMode(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  if (value != "portable" && value != "compiled") FailValue(name, value, "portable or compiled");
  settings.portable_export = value == "portable";
}
void ReadKernelChoice(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  if (value != "estimate" && value != "measure") FailValue(name, value, "estimate or measure");
  settings.measure_kernels = value == "measure";
}
void ReadKernelChoiceTime(const std::string& name, const std::string& value, Request&, CompileSettings& settings) {
  constexpr int kHour = 3600 * 1000;
  settings.measuring_milliseconds = ReadNumber(name, value, 0, "milliseconds, ", kHour);
}
void ReadStreams(const std::string& name, const std::string& value, Request& request, CompileSettings&) {
  request.auto_streams = value == "auto";
  if (!request.auto_streams) request.streams = ReadNumber(name, value, 1, "auto or ");
}
void ReadHint(const std::string& name, const std::string& value, Request& request, CompileSettings&) {
  if (value != "latency" && value != "throughput" && value != "none")
    FailValue(name, value, "latency, throughput or none");
  request.hint = value;
}
void ReadNumRequests(const std::string& name, const std::string& value, Request& request, CompileSettings&) {
  request.num_requests = ReadNumber(name, value, 0);
}

constexpr Property kProperties[] = {
    {"affinity", ReadAffinity},
    {"busy_waiting", ReadBusyWaiting},
    {"cache_dir", ReadCacheDir},
    {"cache_max_size", ReadCacheMaxSize},
    {"enable_profiling", ReadEnableProfiling},
    {"export_mode", ReadExportMode},
    {"inference_num_threads", ReadThreads},
    {"inference_precision", ReadPrecision},
    {"kernel_choice", ReadKernelChoice},
    {"kernel_choice_time", ReadKernelChoiceTime},
    {"max_isa", ReadMaxIsa},
    {"num_streams", ReadStreams},
    {"performance_hint", ReadHint},
    {"performance_hint_num_requests", ReadNumRequests},
    {"shape_cache_capacity", ReadCapacity},
};
constexpr const char* kReadOnlyProperties[] = {
    "full_device_name",
    "loaded_from_cache",
    "memory_activations",
    "memory_to_settle",
    "memory_weights",
    "model_name",
    "optimal_number_of_infer_requests",
    "optimization_capabilities",
    "shape_cache_misses",
    "supported_properties",
};

std::vector<std::string> AllNames() {
  std::vector<std::string> names;
  for (const Property& property : kProperties) names.emplace_back(property.name);
  for (const char* name : kReadOnlyProperties) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const size_t colon = line.find(':');
    if (colon != std::string::npos) return std::string(graph::Trim(std::string_view(line).substr(colon + 1)));
  }
  return "CPU";
}

}  // namespace

bool ReadProfiling(const std::string& value) {
  if (value != "true" && value != "false") FailValue("enable_profiling", value, "true or false");
  return value == "true";
}

size_t ReadShapeCacheCapacity(const std::string& value) {
  return static_cast<size_t>(ReadNumber("shape_cache_capacity", value, 0));
}

CompileSettings ReadProperties(const Properties& properties) {
  CompileSettings settings;
  settings.in_force["busy_waiting"] = "auto";
  Request request;
  for (const auto& [name, value] : properties) {
    const auto* const property = std::find_if(std::begin(kProperties), std::end(kProperties),
                                              [&](const Property& known) { return name == known.name; });
    if (property != std::end(kProperties)) {
      property->read(name, value, request, settings);
      continue;
    }
    if (IsReadOnlyProperty(name)) Fail(ErrorKind::kBadOption, "property ", name, ": can only be asked for, not set");
    FailUnknownProperty(name);
  }
  const int threads = request.threads > 0 ? request.threads : AvailableThreads();
  if (request.streams > 0) {
    settings.streams = request.streams;
    if (request.threads > 0 && request.streams > request.threads) {
      FailValue("num_streams", std::to_string(request.streams),
                StrCat("at most ", request.threads, ", the value of inference_num_threads"));
    }
  } else if (request.auto_streams || request.hint == "throughput") {
    settings.streams = request.num_requests > 0 ? std::min(threads, request.num_requests) : threads;
  }
  settings.compile.threads = std::max(1, threads / settings.streams);
  if (settings.measure_kernels) settings.compile.measuring_seconds = settings.measuring_milliseconds / 1000.0;
  const Properties settled = {
      {"affinity", settings.affinity == Affinity::kCore ? "core" : "none"},
      {"cache_dir", settings.cache_dir},
      {"cache_max_size", settings.cache_max_size ? std::to_string(*settings.cache_max_size) : "unlimited"},
      {"export_mode", settings.portable_export ? "portable" : "compiled"},
      {"inference_num_threads", std::to_string(settings.compile.threads * settings.streams)},
      {"inference_precision", std::string(ElementTypeName(settings.compile.precision))},
      {"kernel_choice", settings.measure_kernels ? "measure" : "estimate"},
      {"kernel_choice_time", std::to_string(settings.measuring_milliseconds)},
      {"num_streams", std::to_string(settings.streams)},
      {"performance_hint", request.hint},
      {"performance_hint_num_requests", std::to_string(request.num_requests)},
      {"optimal_number_of_infer_requests", std::to_string(settings.streams)},
  };
  settings.in_force.insert(settled.begin(), settled.end());
  return settings;
}

void ApplyMaxIsa(const CompileSettings& settings) {
  std::string max_isa = settings.max_isa;
  if (const char* environment = std::getenv("MOIR_MAX_ISA"); environment && max_isa.empty()) max_isa = environment;
  if (!max_isa.empty() && !LimitIsa(ParseIsa(max_isa))) {
    Fail(ErrorKind::kBadOption, "property max_isa: got \"", max_isa,
         "\" after the first compilation, which is bounded by ", IsaName(EffectiveIsa()));
  }
}

void SettlePrecision(CompileSettings& settings) {
  if (settings.compile.precision == ElementType::kBF16 && !HasBf16(EffectiveIsa()))
    settings.compile.precision = ElementType::kF32;
  settings.in_force["inference_precision"] = std::string(ElementTypeName(settings.compile.precision));
}

bool IsReadOnlyProperty(const std::string& name) {
  return std::find(std::begin(kReadOnlyProperties), std::end(kReadOnlyProperties), name) !=
         std::end(kReadOnlyProperties);
}

std::string DeviceProperty(const std::string& name) {
  if (name == "full_device_name") return CpuName();
  if (name == "optimization_capabilities") return HasBf16(EffectiveIsa()) ? "f32,bf16,i8" : "f32,i8";
  if (name == "memory_to_settle") return std::to_string(BytesToMove());
  if (name != "supported_properties") FailUnknownProperty(name);
  std::string names;
  for (const std::string& known : AllNames()) names += (names.empty() ? "" : ",") + known;
  return names;
}

void FailUnknownProperty(const std::string& name) {
  const std::string near = graph::NearestName(name, AllNames());
  Fail(ErrorKind::kBadOption, "property \"", name, "\" is not known",
       near.empty() ? "" : StrCat(", did you mean ", near));
}

}  // namespace moir::runtime

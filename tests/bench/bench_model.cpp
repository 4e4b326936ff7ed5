// Times one model with the engine and prints a line of JSON: milliseconds of loading and of inference.
//
//   bench_model MODEL.xml [--threads N] [--runs N] [--warmup N] [--input FILE]... [--output PREFIX] [--profile]
//               [--precision f32|bf16] [--max-isa ISA] [--seconds S] [--extensions LIB]
//               [--cache FOLDER] [--phases] [--kernel-choice estimate|measure] [--disable TECHNIQUE,...]
//   bench_model MODEL.xml --ablation ROUNDS [--threads N] [--runs N] [--input FILE]...
//
// --input gives the values of one input after the other as raw little-endian numbers (otherwise seeded random ones);
// --output writes output i to PREFIXi.raw; --profile prints the slowest layers, averaged over the runs, to standard
// error. --disable leaves out some of the engine's techniques (ie_runtime/techniques.h); --ablation leaves out each in
// turn, its inferences and those of the complete engine taking turns, --runs at a time for so many rounds: smallest and
// median times, in milliseconds, with it and without. --cache: the property cache_dir; --kernel-choice likewise.
// "taken_resident", "taken_anonymous": MB that the process took from before the model was read to after the first
// inference. "phases": of that time, milliseconds and page faults of each phase; --phases: reading and
// compiling the model apart, which costs memory. --seconds: as many inferences at a time as the engine likes
// ("throughput"), per second.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "ie_runtime/techniques.h"
#include "moir/moir.h"

namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// A line of /proc/self/status that is in kB, in bytes: "VmRSS" (resident), "RssAnon" (of that, what no file backs).
double MemoryStatus(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == name + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

// Of the process, in MB.
struct Memory {
  double resident = MemoryStatus("VmRSS") / (1 << 20), anonymous = MemoryStatus("RssAnon") / (1 << 20);
};

// What has passed since the phase before ended.
class Phases {
 public:
  void End(const std::string& name) {
    const Clock::time_point now = Clock::now();
    const long faults = PageFaults();
    text_ += (text_.empty() ? "\"" : ", \"") + name +
             "\": {\"ms\": " + std::to_string(std::chrono::duration<double, std::milli>(now - start_).count()) +
             ", \"faults\": " + std::to_string(faults - faults_) + "}";
    start_ = now;
    faults_ = faults;
  }
  std::string ToJson() const { return "{" + text_ + "}"; }

 private:
  static long PageFaults() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
  }
  Clock::time_point start_ = Clock::now();
  long faults_ = PageFaults();
  std::string text_;
};

struct Options {
  std::string model, output, extensions, precision = "f32", max_isa, cache, kernel_choice = "estimate";
  std::vector<std::string> inputs;
  std::string threads = "0";
  double seconds = 0;
  int runs = 30, warmup = 5, ablation = 0;
  bool profile = false, phases = false;
};

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&]() -> std::string {
      if (++i >= argc) throw std::runtime_error(argument + ": a value is missing");
      return argv[i];
    };
    if (argument == "--threads") options.threads = value();
    else if (argument == "--runs") options.runs = std::stoi(value());
    else if (argument == "--warmup") options.warmup = std::stoi(value());
    else if (argument == "--input") options.inputs.push_back(value());
    else if (argument == "--output") options.output = value();
    else if (argument == "--extensions") options.extensions = value();
    else if (argument == "--cache") options.cache = value();
    else if (argument == "--kernel-choice") options.kernel_choice = value();
    else if (argument == "--precision") options.precision = value();
    else if (argument == "--max-isa") options.max_isa = value();
    else if (argument == "--seconds") options.seconds = std::stod(value());
    else if (argument == "--disable") ::setenv("MOIR_DISABLE", value().c_str(), 1);
    else if (argument == "--ablation") options.ablation = std::stoi(value());
    else if (argument == "--profile") options.profile = true;
    else if (argument == "--phases") options.phases = true;
    else if (options.model.empty() && argument.rfind("--", 0) != 0) options.model = argument;
    else throw std::runtime_error(argument + ": unknown option");
  }
  if (options.model.empty()) throw std::runtime_error("usage: bench_model MODEL.xml [options]");
  return options;
}

void Fill(moir::Tensor tensor, const std::string& file) {
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in.read(static_cast<char*>(tensor.Data()), static_cast<std::streamsize>(tensor.GetByteSize())))
      throw std::runtime_error(file + ": too short");
    return;
  }
  if (tensor.GetElementType() != moir::ElementType::kF32) return;
  uint64_t state = 42;
  float* values = tensor.Data<float>();
  for (size_t i = 0; i < tensor.GetSize(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    values[i] = static_cast<float>(static_cast<double>(state >> 40) / (1 << 24));
  }
}

struct Layer {
  std::string type, kernel;
  double microseconds = 0;
};

void PrintProfile(const std::map<std::string, Layer>& layers, int runs) {
  std::vector<std::pair<std::string, Layer>> sorted(layers.begin(), layers.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.second.microseconds > b.second.microseconds; });
  double total = 0;
  std::map<std::string, double> by_kernel;
  for (const auto& [name, layer] : sorted) {
    total += layer.microseconds;
    by_kernel[layer.type + " " + layer.kernel] += layer.microseconds;
  }
  std::fprintf(stderr, "layers: %.3f ms\n", total / runs / 1000);
  for (const auto& [kernel, time] : by_kernel)
    std::fprintf(stderr, "%10.3f ms  %s\n", time / runs / 1000, kernel.c_str());
  for (size_t i = 0; i < sorted.size() && i < 40; ++i) {
    std::fprintf(stderr, "%10.3f ms  %-40s %-20s %s\n", sorted[i].second.microseconds / runs / 1000,
                 sorted[i].first.c_str(), sorted[i].second.type.c_str(), sorted[i].second.kernel.c_str());
  }
}

// Of each request: memory settles during the first inferences.
constexpr int kWarmup = 15;

template <typename Fill>
int RunManyAtATime(moir::CompiledModel& model, const Fill& fill, double seconds) {
  const int count = std::stoi(model.GetProperty("optimal_number_of_infer_requests"));
  std::vector<moir::InferRequest> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back(model.CreateInferRequest());
    fill(requests.back());
    requests.back().StartAsync();
  }
  for (moir::InferRequest& request : requests) request.Wait();
  for (int i = 1; i < kWarmup; ++i) {
    for (moir::InferRequest& request : requests) request.StartAsync();
    for (moir::InferRequest& request : requests) request.Wait();
  }
  const Clock::time_point start = Clock::now();
  std::atomic<int64_t> done = 0;
  for (moir::InferRequest& request : requests) {
    request.SetCallback([&, handle = &request](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
      ++done;
      if (Milliseconds(start) < seconds * 1000) handle->StartAsync();
    });
    request.StartAsync();
  }
  for (moir::InferRequest& request : requests) request.Wait();
  std::printf("{\"precision\": \"%s\", \"requests\": %d, \"throughput\": %.3f, \"resident\": %.1f}\n",
              model.GetProperty("inference_precision").c_str(), count,
              static_cast<double>(done) / Milliseconds(start) * 1000, Memory().resident);
  return 0;
}

struct Subject {
  moir::CompiledModel model;
  moir::InferRequest request;
  std::vector<double> times;

  void Run(int runs) {
    request.Infer();  // the other's turn has left its data in the caches
    for (int i = 0; i < runs; ++i) {
      const Clock::time_point start = Clock::now();
      request.Infer();
      times.push_back(Milliseconds(start));
    }
  }
};

std::string Figures(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return "[" + std::to_string(times.front()) + ", " + std::to_string(times[times.size() / 2]) + "]";
}

template <typename Fill>
int RunAblation(moir::Core& core, const Options& options, const moir::Properties& properties, const Fill& fill) {
  const auto make = [&](const std::string& without) {
    if (without.empty()) ::unsetenv("MOIR_DISABLE");
    else ::setenv("MOIR_DISABLE", without.c_str(), 1);
    Subject subject{core.CompileModel(options.model, properties), {}, {}};
    subject.request = subject.model.CreateInferRequest();
    fill(subject.model, subject.request);
    return subject;
  };
  Subject complete = make("");
  std::string list;
  for (const moir::runtime::TechniqueName& technique : moir::runtime::TechniqueNames()) {
    complete.times.clear();
    // Threads that sleep do so in the whole process, from then on: it is the last one, and takes no turns.
    const bool for_good = technique.technique == moir::runtime::Technique::kBusyWaiting;
    if (for_good) {
      for (int round = 0; round < options.ablation; ++round) complete.Run(options.runs);
    }
    Subject without = make(std::string(technique.name));
    for (int round = 0; round < options.ablation; ++round) {
      if (!for_good) complete.Run(options.runs);
      without.Run(options.runs);
    }
    list += (list.empty() ? "\"" : ", \"") + std::string(technique.name) + "\": {\"with\": " + Figures(complete.times) +
            ", \"without\": " + Figures(without.times) + "}";
  }
  std::printf("{%s}\n", list.c_str());
  return 0;
}

int Run(const Options& options) {
  moir::Core core;
  if (!options.extensions.empty()) core.AddExtension(options.extensions);
  moir::Properties properties = {{"inference_num_threads", options.threads},
                                 {"enable_profiling", options.profile ? "true" : "false"},
                                 {"inference_precision", options.precision},
                                 {"performance_hint", options.seconds > 0 ? "throughput" : "latency"},
                                 {"cache_dir", options.cache},
                                 {"kernel_choice", options.kernel_choice}};
  if (!options.max_isa.empty()) properties["max_isa"] = options.max_isa;
  const auto fill_inputs = [&](const moir::CompiledModel& model, moir::InferRequest& request) {
    for (size_t i = 0; i < model.Inputs().size(); ++i)
      Fill(request.GetInputTensor(i), i < options.inputs.size() ? options.inputs[i] : "");
  };
  if (options.ablation > 0) return RunAblation(core, options, properties, fill_inputs);
  const Memory before;
  const Clock::time_point start = Clock::now();
  Phases phases;
  std::optional<moir::Model> read;
  if (options.phases) {
    read = core.ReadModel(options.model);
    phases.End("read");
  }
  moir::CompiledModel model =
      read ? core.CompileModel(*read, properties) : core.CompileModel(options.model, properties);
  phases.End("compile");
  const auto fill = [&](moir::InferRequest& request) { fill_inputs(model, request); };
  if (options.seconds > 0) return RunManyAtATime(model, fill, options.seconds);
  moir::InferRequest request = model.CreateInferRequest();
  const double load = Milliseconds(start);
  phases.End("request");
  fill(request);
  phases.End("inputs");
  request.Infer();
  phases.End("inference");
  const double first = Milliseconds(start);
  const Memory loaded;
  for (int i = 1; i < options.warmup; ++i) request.Infer();
  std::vector<double> times;
  std::map<std::string, Layer> layers;
  for (int i = 0; i < options.runs; ++i) {
    const Clock::time_point run_start = Clock::now();
    request.Infer();
    times.push_back(Milliseconds(run_start));
    if (!options.profile) continue;
    for (const moir::ProfilingInfo& info : request.GetProfilingInfo()) {
      Layer& layer = layers[info.node_name + (info.node_type == "Reorder" ? " (reorder)" : "")];
      layer.type = info.node_type;
      layer.kernel = info.exec_type;
      layer.microseconds += info.microseconds;
    }
  }
  if (options.profile) PrintProfile(layers, options.runs);
  for (size_t i = 0; !options.output.empty() && i < model.Outputs().size(); ++i) {
    const moir::Tensor output = request.GetOutputTensor(i);
    std::ofstream(options.output + std::to_string(i) + ".raw", std::ios::binary)
        .write(static_cast<const char*>(output.Data()), static_cast<std::streamsize>(output.GetByteSize()));
  }
  uint64_t multiply_adds = 0;
  for (const moir::RuntimeLayer& layer : model.GetRuntimeModel()) multiply_adds += layer.multiply_adds;
  std::string list;
  for (const double time : times) list += (list.empty() ? "" : ", ") + std::to_string(time);
  std::printf(
      "{\"precision\": \"%s\", \"multiply_adds\": %llu, \"load\": %.3f, \"first\": %.3f, \"times\": [%s], \"weights\": "
      "%s, \"activations\": %s, "
      "\"resident\": %.1f, \"cached\": %s, \"taken_resident\": %.1f, \"taken_anonymous\": %.1f, "
      "\"phases\": %s}\n",
      model.GetProperty("inference_precision").c_str(), static_cast<unsigned long long>(multiply_adds), load, first,
      list.c_str(), model.GetProperty("memory_weights").c_str(), model.GetProperty("memory_activations").c_str(),
      Memory().resident, model.GetProperty("loaded_from_cache").c_str(), loaded.resident - before.resident,
      loaded.anonymous - before.anonymous, phases.ToJson().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(Parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

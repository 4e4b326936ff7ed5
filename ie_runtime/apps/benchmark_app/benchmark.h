// One benchmark: a model, how it was run, and how long that took.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "layers.h"
#include "measurement.h"
#include "options.h"
#include "statistics.h"

namespace moir::apps {

struct Benchmark {
  BenchmarkOptions options;
  std::string model_name;
  std::vector<std::pair<std::string, std::string>> inputs, outputs;  // name, "f32 [1,3,224,224]"
  std::vector<std::pair<std::string, std::string>> properties;       // in force
  std::vector<std::string> notes;
  size_t requests = 0;
  int64_t batch = 1;   // pictures, or whatever the axis N counts, of one inference
  size_t warm_up = 0;  // inferences that were not measured
  double read_ms = 0, compile_ms = 0, first_inference_ms = 0;

  size_t inferences = 0;
  double duration_ms = 0;
  Statistics latency{{}};      // milliseconds
  double busy_cpus = 0;        // on average over the duration
  double other_busy_cpus = 0;  // by other programs
  bool interrupted = false;
  double multiply_adds = 0;  // of one inference

  uint64_t memory_bytes = 0, peak_memory_bytes = 0;  // of the process, after the measurement
  uint64_t weight_bytes = 0, activation_bytes = 0;   // of the model, of each request

  std::vector<LayerTimes> layers;  // per request; empty when nobody asked for them

  double FramesPerSecond() const;
  LayerTimes AllLayers() const;  // of all requests together
};

// Does all the work, and says in steps what it does.
Benchmark RunBenchmark(const BenchmarkOptions& options);

// The figures at the end.
void PrintBenchmark(const Benchmark& benchmark);

// Writes what options.report asks for to options.report_folder; each file appears complete or not at all. Returns their
// paths. Throws kIo.
std::vector<std::string> WriteReports(const Benchmark& benchmark);

}  // namespace moir::apps

// What benchmark_app was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../common/model.h"

namespace moir::apps {

enum class ReportType { kNone, kNoCounters, kAverageCounters, kDetailedCounters };
enum class CounterOrder {
  kExecution,     // as layers run
  kTime,          // the longest first
  kTimeExecuted,  // the same, without those that need not run
};

struct BenchmarkOptions {
  ModelOptions model;               // precision and threads, too
  std::vector<std::string> inputs;  // pictures, folders, [NAME=]FILE; none: random values
  std::vector<std::string> layouts;
  int64_t batch = 0;  // 0: the model's
  bool async = true;
  std::string hint;               // empty: not given
  std::optional<int> requests;    // none: as many as keep the streams busy
  std::optional<int> streams;     // none: as the hint says
  std::optional<double> seconds;  // with `iterations`: until both are reached
  std::optional<int64_t> iterations;
  bool inference_only = true;                         // inputs are written before the measurement, not in it
  std::string affinity, busy_waiting, kernel_choice;  // of the engine's properties; empty: not given
  std::string cache_folder;
  std::string input_precision, output_precision;  // "u8"; empty: the model's
  int percentile = 50;                            // one more than those always printed, if it is another
  uint64_t seed = 0;
  bool counters = false;
  CounterOrder counter_order = CounterOrder::kExecution;
  ReportType report = ReportType::kNone;
  std::string report_folder = ".";
  std::string dump_config;

  std::vector<std::pair<std::string, std::string>> given;  // options as they were given, for the report
};

// "u8" of "U8", "f32" of "FP32".
std::string UsualType(std::string type);

// How long to measure when nobody says: as OpenVINO's program does.
inline constexpr double kDefaultSeconds = 60;

// False when only the help was asked for, and printed. Throws kBadOption.
bool ParseBenchmarkOptions(const std::vector<std::string>& arguments, BenchmarkOptions& options);

}  // namespace moir::apps

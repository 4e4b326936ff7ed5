// The figures as text. Every figure has a line of its own, "NAME: NUMBER UNIT", for scripts.
#include <cstdio>
#include <set>

#include "benchmark.h"
#include "log.h"

namespace moir::apps {
namespace {

// Small models take hundredths of a millisecond.
void PrintLatency(const char* name, double milliseconds) {
  LogInfo("   %s: %.*f ms", name, milliseconds < 1 ? 4 : 2, milliseconds);
}

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

void PrintBenchmark(const Benchmark& benchmark) {
  if (benchmark.options.counters) PrintLayerTimes(benchmark.AllLayers(), benchmark.options.counter_order);
  if (benchmark.options.counters) std::printf("\n");
  LogInfo("Count: %zu iterations", benchmark.inferences);
  LogInfo("Duration: %.2f ms", benchmark.duration_ms);
  LogInfo("Latency:");
  const Statistics& latency = benchmark.latency;
  PrintLatency("Median", latency.Median());
  PrintLatency("Average", latency.Average());
  PrintLatency("Min", latency.Min());
  PrintLatency("Max", latency.Max());
  std::set<int> percentiles = {90, 99};
  if (benchmark.options.percentile != 50) percentiles.insert(benchmark.options.percentile);
  for (const int percent : percentiles)
    PrintLatency(("P" + std::to_string(percent)).c_str(), latency.Percentile(percent));
  LogInfo("Throughput: %.2f FPS", benchmark.FramesPerSecond());
  if (benchmark.multiply_adds > 0) {
    const double all = benchmark.multiply_adds * static_cast<double>(benchmark.inferences);
    LogInfo("Work: %.4g GFLOP per inference, %.1f GFLOP/s", 2e-9 * benchmark.multiply_adds,
            GigaFlops(all, benchmark.duration_ms * 1000));
  }
  LogInfo("CPUs busy: %.2f on average", benchmark.busy_cpus);
  LogInfo("Memory: %.1f MB, at most %.1f MB; weights %.1f MB, activations %.1f MB per request",
          Megabytes(benchmark.memory_bytes), Megabytes(benchmark.peak_memory_bytes), Megabytes(benchmark.weight_bytes),
          Megabytes(benchmark.activation_bytes));
}

}  // namespace moir::apps

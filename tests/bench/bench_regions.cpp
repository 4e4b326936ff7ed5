// What it costs to start all threads and to wait for them, which every layer of a network does: microseconds of an
// empty parallel loop, as a line of JSON. "next": loop after loop, as in an inference; "after_1ms", "after_100ms": the
// first one after a pause, when the threads still spin, or sleep.
//
//   bench_regions [THREADS]      as many threads as there are CPUs by default
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "ie_runtime/threads.h"

namespace {

using Clock = std::chrono::steady_clock;

double Microseconds(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

std::string Figures(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  char text[80];
  std::snprintf(text, sizeof(text), "{\"min\": %.2f, \"median\": %.2f, \"p99\": %.2f}", times.front(),
                times[times.size() / 2], times[times.size() * 99 / 100]);
  return text;
}

volatile int64_t sink;

void Loop(int threads) {
  moir::runtime::ParallelFor(threads, 1, [](int64_t begin, int64_t) { sink = begin; });
}

// The time of one loop, of `loops` after each pause.
std::vector<double> Measure(int threads, int rounds, int loops, std::chrono::milliseconds pause) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < loops; ++i) Loop(threads);
    times.push_back(Microseconds(start) / loops);
  }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : static_cast<int>(std::thread::hardware_concurrency());
  if (threads < 1) {
    std::fprintf(stderr, "bench_regions: got %s, expected a number of threads\n", argv[1]);
    return 1;
  }
  using std::chrono::milliseconds;
  const moir::runtime::InferenceScope scope(threads);
  Measure(threads, 1, 1000, milliseconds(0));
  std::printf("{\"threads\": %d, \"next\": %s, \"after_1ms\": %s, \"after_100ms\": %s}\n", threads,
              Figures(Measure(threads, 2000, 100, milliseconds(0))).c_str(),
              Figures(Measure(threads, 300, 1, milliseconds(1))).c_str(),
              Figures(Measure(threads, 30, 1, milliseconds(100))).c_str());
  return 0;
}

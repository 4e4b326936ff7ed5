// How evenly the machine gives its threads time: the same arithmetic in registers again and again, on all threads at
// once, which wait for each other by spinning. It needs no memory and no help of the system, so that what one run takes
// longer than another is the machine's doing, and no inference of that length can be steadier. Prints a line of JSON
// with the milliseconds of each run.
//
//   bench_steadiness THREADS MILLISECONDS RUNS      MILLISECONDS: of one run, about
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

volatile double sink;

// Multiply-adds, each of which waits for the one before it.
void Work(int64_t turns) {
  double value = sink;
  for (int64_t i = 0; i < turns; ++i) value = value * 0.999 + 0.001;
  sink = value;
}

// Threads that take part in run after run until they are told to end.
class Team {
 public:
  Team(int threads, int64_t turns) : turns_(turns) {
    for (int i = 1; i < threads; ++i) helpers_.emplace_back([this] { Help(); });
  }
  ~Team() {
    end_ = true;
    ++run_;
    for (std::thread& helper : helpers_) helper.join();
  }
  double Run() {
    const Clock::time_point start = Clock::now();
    waiting_ = static_cast<int>(helpers_.size());
    ++run_;
    Work(turns_);
    while (waiting_ != 0) {
    }
    return Milliseconds(start);
  }

 private:
  void Help() {
    for (int64_t seen = 0;;) {
      while (run_ == seen) {
      }
      ++seen;
      if (end_) return;
      Work(turns_);
      --waiting_;
    }
  }

  const int64_t turns_;
  std::atomic<int64_t> run_{0};
  std::atomic<int> waiting_{0};
  std::atomic<bool> end_{false};
  std::vector<std::thread> helpers_;
};

int64_t TurnsOf(double milliseconds) {
  constexpr int64_t kSample = 200'000;
  double best = 1e9;
  for (int i = 0; i < 20; ++i) {
    const Clock::time_point start = Clock::now();
    Work(kSample);
    best = std::min(best, Milliseconds(start));
  }
  return std::max<int64_t>(1, static_cast<int64_t>(milliseconds / best * kSample));
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc == 4 ? std::atoi(argv[1]) : 0, runs = argc == 4 ? std::atoi(argv[3]) : 0;
  const double milliseconds = argc == 4 ? std::atof(argv[2]) : 0;
  if (threads < 1 || runs < 1 || !(milliseconds > 0)) {
    std::fprintf(stderr, "usage: bench_steadiness THREADS MILLISECONDS RUNS, each above 0\n");
    return 1;
  }
  std::string list;
  {
    Team team(threads, TurnsOf(milliseconds));
    for (int i = 0; i < std::max(10, runs / 20); ++i) team.Run();
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) times.push_back(team.Run());
    for (const double time : times) list += (list.empty() ? "" : ", ") + std::to_string(time);
  }
  std::printf("{\"times\": [%s]}\n", list.c_str());
  return 0;
}

// Threads and the floating-point state in which kernels run.
#pragma once

#include <cstdint>
#include <vector>

namespace moir::runtime {

// CPUs that the process may use: those of its main thread's affinity mask, in ascending order. Threads of streams may
// keep to some of them. At least one.
std::vector<int> ProcessCpuList();
int ProcessCpus();
// CPUs that the calling thread may use, or those of the process when the engine pinned the thread.
int AvailableThreads();

// While it lives, parallel regions started by the calling thread use `count` threads, and in all of them (the caller
// included) denormal numbers are taken as and flushed to zero: arithmetic on them is a hundred times slower on many
// CPUs. Everything is as before afterwards.
class InferenceScope {
 public:
  explicit InferenceScope(int count);
  ~InferenceScope();
  InferenceScope(const InferenceScope&) = delete;
  InferenceScope& operator=(const InferenceScope&) = delete;

 private:
  int previous_count_;
  uint32_t previous_state_;
};

// The same for the calling thread alone: no team is started before there is work for one.
class CallerScope {
 public:
  explicit CallerScope(int count);
  ~CallerScope();
  CallerScope(const CallerScope&) = delete;
  CallerScope& operator=(const CallerScope&) = delete;

 private:
  int previous_count_;
  uint32_t previous_state_;
  bool outermost_;
};

// While it lives, the calling thread has the floating-point state from before its CallerScope, if it has one: a team
// that is started meanwhile begins with it, and may serve the application later.
class TeamStartScope {
 public:
  TeamStartScope();
  ~TeamStartScope();
  TeamStartScope(const TeamStartScope&) = delete;
  TeamStartScope& operator=(const TeamStartScope&) = delete;

 private:
  uint32_t state_;
};

// While it lives, parallel regions started by the calling thread use `count` threads.
class ThreadCountScope {
 public:
  explicit ThreadCountScope(int count);
  ~ThreadCountScope();
  ThreadCountScope(const ThreadCountScope&) = delete;
  ThreadCountScope& operator=(const ThreadCountScope&) = delete;

 private:
  int previous_count_;
};

// f(begin, end) over pieces of [0, count) in parallel; in the calling thread alone when the pieces would be shorter
// than `grain`.
template <typename F>
void ParallelFor(int64_t count, int64_t grain, const F& f);

int ParallelThreads();
bool InParallel();
// Of the largest team that inferences or compilations in the calling thread have started; at least one.
int TeamThreads();
void NoteTeam(int threads);

template <typename F>
void ParallelFor(int64_t count, int64_t grain, const F& f) {
  const int64_t threads = InParallel() ? 1 : ParallelThreads();
  if (threads <= 1 || count < 2 * grain) {
    if (count > 0) f(int64_t{0}, count);
    return;
  }
  const int64_t pieces = count / grain < threads ? count / grain : threads;
#ifdef _OPENMP  // tests are compiled without
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(pieces))
#endif
  for (int64_t piece = 0; piece < pieces; ++piece) f(count * piece / pieces, count * (piece + 1) / pieces);
}

}  // namespace moir::runtime

#include "ie_runtime/threads.h"

#include <omp.h>
#include <sched.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <optional>

#include "ie_runtime/streams.h"

namespace moir::runtime {
namespace {

#if defined(__x86_64__)
// MXCSR: bit 15 flushes results, bit 6 takes operands as zero.
constexpr uint32_t kFlushBits = 0x8040;
uint32_t FloatState() { return _mm_getcsr(); }
void SetFloatState(uint32_t state) { _mm_setcsr(state); }
#else
constexpr uint32_t kFlushBits = 0;
uint32_t FloatState() { return 0; }
void SetFloatState(uint32_t) {}
#endif

}  // namespace

std::vector<int> ProcessCpuList() {
  std::vector<int> cpus;
  cpu_set_t set;
  if (sched_getaffinity(getpid(), sizeof(set), &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
  }
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

int ProcessCpus() { return static_cast<int>(ProcessCpuList().size()); }

int AvailableThreads() {
  if (Streams::OnStream()) return ProcessCpus();
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}

namespace {

// In the calling thread, and in the others of its team: a team of one would be made anew each time.
template <typename F>
void InTeam(const F& f) {
  if (omp_get_max_threads() == 1) {
    f();
    return;
  }
  NoteTeam(omp_get_max_threads());
#pragma omp parallel
  f();
}

}  // namespace

InferenceScope::InferenceScope(int count) : previous_count_(omp_get_max_threads()), previous_state_(FloatState()) {
  omp_set_num_threads(count);
  InTeam([] { SetFloatState(FloatState() | kFlushBits); });
}

InferenceScope::~InferenceScope() {
  // The workers outlive the scope and may serve the application next; they were started with the caller's state.
  InTeam([state = previous_state_] { SetFloatState(state); });
  omp_set_num_threads(previous_count_);
}

namespace {

// From before the CallerScope of this thread.
thread_local std::optional<uint32_t> state_outside;

}  // namespace

CallerScope::CallerScope(int count)
    : previous_count_(omp_get_max_threads()), previous_state_(FloatState()), outermost_(!state_outside) {
  omp_set_num_threads(count);
  if (outermost_) state_outside = previous_state_;
  SetFloatState(previous_state_ | kFlushBits);
}

CallerScope::~CallerScope() {
  SetFloatState(previous_state_);
  if (outermost_) state_outside.reset();
  omp_set_num_threads(previous_count_);
}

TeamStartScope::TeamStartScope() : state_(FloatState()) {
  if (state_outside) SetFloatState(*state_outside);
}
TeamStartScope::~TeamStartScope() { SetFloatState(state_); }

ThreadCountScope::ThreadCountScope(int count) : previous_count_(omp_get_max_threads()) { omp_set_num_threads(count); }
ThreadCountScope::~ThreadCountScope() { omp_set_num_threads(previous_count_); }

namespace {

thread_local int team_threads = 1;

}  // namespace

int TeamThreads() { return team_threads; }
void NoteTeam(int threads) { team_threads = std::max(team_threads, threads); }

int ParallelThreads() { return omp_get_max_threads(); }
bool InParallel() { return omp_in_parallel(); }

}  // namespace moir::runtime

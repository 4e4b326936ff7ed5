#include "ie_runtime/busy_waiting.h"

#include <omp.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

bool EnvironmentSettlesIt() {
  static const bool settles = std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT");
  return settles;
}

std::atomic<bool> stopped{false};

// What the inferences that were measured came to, since the last decision. One inference measures at a time.
std::atomic<bool> measuring{false};
long window_switches = 0;
nanoseconds window_time{0};
// Short inferences are measured from time to time only: asking the system takes a microsecond.
std::atomic<bool> last_was_long{true};
std::atomic<unsigned> inferences{0};

constexpr nanoseconds kLong = milliseconds(1);
constexpr nanoseconds kWindow = milliseconds(20);

// Involuntary context switches of all threads of the process.
long Switches() {
  rusage usage{};
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nivcsw : 0;
}

// The thread that starts a team and sleeps; the team sleeps with it.
void Sleep(std::promise<void>* asleep) {
  omp_set_dynamic(0);
  const int threads = std::max(omp_get_num_procs(), ProcessCpus()) + 1;
  std::atomic<int> started{0};
#pragma omp parallel num_threads(threads)
  ++started;
  asleep->set_value();
  while (true) pause();
}

}  // namespace

void StopBusyWaiting() {
  static std::mutex mutex;
  if (stopped || EnvironmentSettlesIt()) return;
  const std::lock_guard lock(mutex);
  if (stopped) return;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::promise<void> asleep;
    std::thread(Sleep, &asleep).detach();
    asleep.get_future().wait();
  } catch (const std::system_error&) {
    // Without a thread everything stays as it was, only slower.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  stopped = true;
}

bool ContentionWatch::IsContended(long switches, nanoseconds time) {
  // A thread that has a CPU for itself is interrupted a few times per second, one that shares it after each time slice
  // of some milliseconds.
  return time >= kWindow && switches * milliseconds(10) >= time;
}

ContentionWatch::ContentionWatch(bool on)
    : on_(on && !stopped.load(std::memory_order_relaxed) && !EnvironmentSettlesIt() && !measuring.exchange(true)) {
  if (!on_) return;
  counting_ = last_was_long || inferences++ % 64 == 0;
  start_ = std::chrono::steady_clock::now();
  if (counting_) switches_ = Switches();
}

ContentionWatch::~ContentionWatch() {
  if (!on_) return;
  const nanoseconds time = std::chrono::steady_clock::now() - start_;
  last_was_long = time >= kLong;
  bool contended = false;
  if (counting_) {
    window_switches += Switches() - switches_;
    window_time += time;
    contended = IsContended(window_switches, window_time);
    if (window_time >= kWindow) {
      window_switches = 0;
      window_time = nanoseconds{0};
    }
  }
  measuring = false;
  if (contended) StopBusyWaiting();
}

}  // namespace moir::runtime

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

bool EnvironmentSettlesIt() {
  static const bool settles = std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT");
  return settles;
}

std::atomic<bool> stopped{false};

// What the inferences that were measured came to, since the last decision. One inference measures at a time.
std::atomic<bool> measuring{false};
ContentionWatch::Usage window;
// Short inferences are measured from time to time only: asking the system takes a microsecond.
std::atomic<bool> last_was_long{true};
std::atomic<unsigned> inferences{0};

constexpr milliseconds kLong{1};
constexpr milliseconds kWindow{20};

ContentionWatch::Usage UsageOfProcess() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
  const auto time = [](const timeval& value) {
    return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec);
  };
  return {usage.ru_nivcsw, time(usage.ru_utime) + time(usage.ru_stime)};
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

bool ContentionWatch::IsContended(const Usage& usage) {
  // A thread that has a CPU for itself is interrupted a few times per second, one that shares it after each time slice
  // of some milliseconds. Time on the CPU, because a starved process has little of it between two switches.
  return usage.cpu >= kWindow && usage.switches * milliseconds(10) >= usage.cpu;
}

ContentionWatch::ContentionWatch(bool on)
    : on_(on && !stopped.load(std::memory_order_relaxed) && !EnvironmentSettlesIt() && !measuring.exchange(true)) {
  if (!on_) return;
  counting_ = last_was_long || inferences++ % 64 == 0;
  start_ = std::chrono::steady_clock::now();
  if (counting_) usage_ = UsageOfProcess();
}

ContentionWatch::~ContentionWatch() {
  if (!on_) return;
  last_was_long = std::chrono::steady_clock::now() - start_ >= kLong;
  bool contended = false;
  if (counting_) {
    const Usage now = UsageOfProcess();
    window.switches += now.switches - usage_.switches;
    window.cpu += now.cpu - usage_.cpu;
    contended = IsContended(window);
    if (window.cpu >= kWindow) window = {};
  }
  measuring = false;
  if (contended) StopBusyWaiting();
}

}  // namespace moir::runtime

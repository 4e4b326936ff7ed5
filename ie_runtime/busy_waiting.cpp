#include "ie_runtime/busy_waiting.h"

#include <omp.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <future>
#include <memory>
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

using Clock = std::chrono::steady_clock;

// Whether threads sleep for the library's rule to hold.
std::atomic<bool> paused{false};

// What the inferences that were measured came to, since the last decision. One inference measures at a time.
std::atomic<bool> measuring{false};
ContentionWatch::Usage window;
// Short inferences are measured from time to time only: asking the system takes a microsecond.
std::atomic<bool> last_was_long{true};
std::atomic<unsigned> inferences{0};

// Others may want a CPU for a moment only: when a process ends, say.
int contended_windows = 0;
constexpr int kPatience = 2;

constexpr milliseconds kLong{1};
constexpr milliseconds kWindow{50};

// Of the last pause that a watch made, which is the only one that ends by itself.
std::atomic<bool> ends_by_itself{false};
std::atomic<Clock::time_point> pause_end{Clock::time_point()};
constexpr milliseconds kShortestPause{100};
constexpr milliseconds kLongestPause{10000};

ContentionWatch::Usage UsageOfProcess() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
  const auto time = [](const timeval& value) {
    return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec);
  };
  return {usage.ru_nivcsw, time(usage.ru_utime) + time(usage.ru_stime)};
}

// A thread that starts a team and sleeps; the team sleeps with it, and ends with it.
class Sleepers {
 public:
  // Nothing when the system gives no thread: everything stays as it was, only slower.
  static std::shared_ptr<Sleepers> Start() {
    auto sleepers = std::make_shared<Sleepers>();
    std::future<void> asleep = sleepers->asleep_.get_future();
    // Signals are for the application's threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      // Detached, as nobody is there to wait for it when the process ends.
      std::thread([sleepers] { sleepers->Sleep(); }).detach();
    } catch (const std::system_error&) {
      sleepers = nullptr;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (sleepers) asleep.wait();
    return sleepers;
  }
  void Wake() {
    const std::lock_guard lock(mutex_);
    awake_ = true;
    changed_.notify_all();
  }

 private:
  void Sleep() {
    omp_set_dynamic(0);
    const int threads = std::max(omp_get_num_procs(), ProcessCpus()) + 1;
    std::atomic<int> started{0};
#pragma omp parallel num_threads(threads)
    ++started;
    asleep_.set_value();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return awake_; });
  }

  std::promise<void> asleep_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool awake_ = false;
};

// Never destroyed: inferences may run until the process ends.
struct Pause {
  std::mutex mutex;
  bool for_good = false;
  std::shared_ptr<Sleepers> sleepers;
};
Pause& GetPause() {
  static Pause* const pause = new Pause;
  return *pause;
}

void StartPause(Pause& pause) {
  if (paused) return;
  pause.sleepers = Sleepers::Start();
  paused = true;
}

// What competition leads to, and how it ends. One inference at a time calls them, the one that measures.
milliseconds pause_length{0};
ContentionWatch::Usage usage_before_pause;

void PauseFor(milliseconds length) {
  pause_length = length;
  pause_end = Clock::now() + length;
  usage_before_pause = UsageOfProcess();
}

void PauseForAWhile() {
  const Clock::time_point resumed = pause_end;
  PauseFor(NextPause(pause_length, std::chrono::duration_cast<milliseconds>(Clock::now() - resumed)));
  PauseBusyWaiting();
  ends_by_itself = true;
}

// Threads that sleep between loops are preempted as well, so there is no need to spin in order to see others.
void ResumeWhenItIsTime() {
  if (!ends_by_itself || Clock::now() < pause_end.load()) return;
  const ContentionWatch::Usage now = UsageOfProcess();
  if (ContentionWatch::IsContended({now.switches - usage_before_pause.switches, now.cpu - usage_before_pause.cpu})) {
    PauseFor(NextPause(pause_length, milliseconds(0)));
    return;
  }
  ends_by_itself = false;
  pause_end = Clock::now();  // the idle time before this inference proves nothing
  ResumeBusyWaiting();
}

}  // namespace

milliseconds NextPause(milliseconds previous, milliseconds spun) {
  if (previous < kShortestPause || spun >= previous) return kShortestPause;
  return std::min(previous * 2, kLongestPause);
}

void StopBusyWaiting() {
  if (EnvironmentSettlesIt()) return;
  Pause& pause = GetPause();
  const std::lock_guard lock(pause.mutex);
  pause.for_good = true;
  StartPause(pause);
}

void PauseBusyWaiting() {
  if (EnvironmentSettlesIt()) return;
  Pause& pause = GetPause();
  const std::lock_guard lock(pause.mutex);
  StartPause(pause);
}

void ResumeBusyWaiting() {
  Pause& pause = GetPause();
  const std::lock_guard lock(pause.mutex);
  if (!paused || pause.for_good) return;
  if (pause.sleepers) pause.sleepers->Wake();
  pause.sleepers = nullptr;
  paused = false;
}

bool ContentionWatch::IsContended(const Usage& usage) {
  // A thread that has a CPU for itself is interrupted a few times per second, one that shares it after each time slice
  // of some milliseconds. Time on the CPU, because a starved process has little of it between two switches.
  return usage.cpu >= kWindow && usage.switches * milliseconds(10) >= usage.cpu;
}

ContentionWatch::ContentionWatch(bool on) : on_(on && !EnvironmentSettlesIt() && !measuring.exchange(true)) {
  if (!on_) return;
  if (paused.load(std::memory_order_relaxed)) {
    ResumeWhenItIsTime();
    if (paused) return;
  }
  counting_ = last_was_long || inferences++ % 64 == 0;
  start_ = Clock::now();
  if (counting_) usage_ = UsageOfProcess();
}

ContentionWatch::~ContentionWatch() {
  if (!on_) return;
  if (!paused.load(std::memory_order_relaxed)) {
    last_was_long = Clock::now() - start_ >= kLong;
    if (counting_) {
      const Usage now = UsageOfProcess();
      window.switches += now.switches - usage_.switches;
      window.cpu += now.cpu - usage_.cpu;
      if (window.cpu >= kWindow) {
        contended_windows = IsContended(window) ? contended_windows + 1 : 0;
        window = {};
      }
      if (contended_windows >= kPatience) {
        contended_windows = 0;
        PauseForAWhile();
      }
    }
  }
  measuring = false;
}

}  // namespace moir::runtime

// How the threads of an OpenMP team wait for the next parallel loop. GCC's library lets them spin for some
// milliseconds, which is the fastest when nobody else wants the CPUs, and the slowest by far when somebody does: then a
// thread spins through the time slice that the one it waits for would need. The library reads its settings from the
// environment when it is loaded, but has a rule besides: "more OpenMP threads than available CPUs" spin shortly only.
// So threads that belong to a team and sleep turn the long spinning off, for the whole process, as long as they live.
#pragma once

#include <chrono>
#include <string>

namespace moir::runtime {

enum class BusyWaiting {
  kAuto,  // until other processes are seen to compete for the CPUs
  kOn,    // as the OpenMP library does
  kOff,
};

// Turns it off for the rest of the process. Does nothing when the environment settles it (OMP_WAIT_POLICY,
// GOMP_SPINCOUNT).
void StopBusyWaiting();

// Turns it off, and on again when nobody has stopped it for good. Each does nothing the second time, or when the
// environment settles it.
void PauseBusyWaiting();
void ResumeBusyWaiting();

// How long a pause lasts, given the one before it and how long threads spun since: longer and longer while each try to
// spin meets the others again, so that trying costs a small part of the time; the shortest when they have been away.
std::chrono::milliseconds NextPause(std::chrono::milliseconds previous, std::chrono::milliseconds spun);

// Lives as long as an inference with a team of threads. Pauses busy waiting for a while when the threads of the process
// are preempted again and again.
class ContentionWatch {
 public:
  explicit ContentionWatch(bool on);
  ~ContentionWatch();
  ContentionWatch(const ContentionWatch&) = delete;
  ContentionWatch& operator=(const ContentionWatch&) = delete;

  // What the threads of the process have come to.
  struct Usage {
    long switches = 0;                 // involuntary ones, to other threads
    std::chrono::microseconds cpu{0};  // time of computing and spinning
  };
  // The rule itself: so many switches in so much time are competition.
  static bool IsContended(const Usage& usage);

 private:
  bool on_;  // this one measures
  bool counting_ = false;
  Usage usage_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace moir::runtime

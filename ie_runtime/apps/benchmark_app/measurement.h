// Runs inferences and takes their times.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "moir/moir.h"

namespace moir::apps {

// A measurement goes on until all limits that are given are reached; one must be.
struct Limits {
  std::optional<double> seconds;
  std::optional<int64_t> iterations;
};

struct Measurement {
  std::vector<double> latencies;  // milliseconds from start to completion, one per inference
  double milliseconds = 0;        // from the first start to the last completion
  double cpu_seconds = 0;         // of all threads of the process in that time
  double other_cpu_seconds = 0;   // of all other processes of the machine; 0 where that cannot be told
  bool interrupted = false;       // before a limit was reached
};

// Ctrl-C (and SIGTERM) from now on end measurements, a second one the program.
void CatchInterrupts();
bool Interrupted();
void ForgetInterrupt();

// The requests of a model with their inputs. Async: each is started anew as soon as it is done, in the stream's thread
// itself; sync: the first one runs in the calling thread, again and again.
class Runner {
 public:
  // `sets` are inputs for the requests in turn. They are set here, once; or, with `write_inputs`, copied into the
  // requests' own tensors in the course of every inference, set after set.
  Runner(const CompiledModel& model, std::vector<std::vector<Tensor>> sets, size_t requests, bool async,
         bool write_inputs);
  ~Runner();  // waits for what runs
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  size_t Requests() const;
  InferRequest& Request(size_t index);

  // Every request runs once, the first one before the others, so that threads are there and memory was touched; and
  // again for as long as that brings `to_settle` (bytes; the property memory_to_settle) closer to 0.
  struct Warmth {
    double first_ms = 0;  // of the first inference
    size_t inferences = 0;
  };
  Warmth WarmUp(const std::function<uint64_t()>& to_settle = {});

  // Calls `progress`, if given, several times per second with the seconds and inferences so far, and `done` after each
  // inference with the number of its request, in the thread that ran it; calls for one request do not overlap. Throws
  // the error of an inference that failed, once everything is at rest.
  using ProgressFunction = std::function<void(double seconds, int64_t inferences)>;
  using DoneFunction = std::function<void(size_t request)>;
  Measurement Run(const Limits& limits, const ProgressFunction& progress = {}, const DoneFunction& done = {});

 private:
  struct Slot;
  struct Course;
  bool TakeTurn(Course& course) const;
  void Fill(Slot& slot);
  void Finished(Slot& slot, Course& course);
  void RunSync(Course& course, const ProgressFunction& progress);
  void RunAsync(Course& course, const ProgressFunction& progress);

  std::vector<std::vector<Tensor>> sets_;
  std::vector<std::unique_ptr<Slot>> slots_;
  bool async_, write_inputs_;
};

}  // namespace moir::apps

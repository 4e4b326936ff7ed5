// A service around the engine, to be copied: jobs for several models come in from any thread, workers prepare their
// inputs, the engine's streams run them, and each job is told its results. Nothing but moir's API and the standard
// library. docs/service.md walks through it.
//
//   Submit -> queue of bounded length -> workers: fill inputs -> streams: inference -> callback: done(outputs)
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "moir/moir.h"

namespace service {

// [job]
struct Job {
  size_t model = 0;  // index into the service's models
  // Writes the inputs, in the model's order. Called in a worker thread; what it throws goes to `done`.
  std::function<void(const std::vector<moir::Tensor>& inputs)> fill;
  // Called exactly once, in a thread of the service, with the outputs, which are valid during the call, or with what
  // went wrong. It must not throw and should be short: its stream waits for it.
  std::function<void(const std::vector<moir::Tensor>& outputs, std::exception_ptr error)> done;
};
// [/job]

// Jobs between those who submit them and the workers. All functions may be called from any thread.
class JobQueue {
 public:
  explicit JobQueue(size_t capacity) : capacity_(capacity) {}
  // Waits while the queue is full. False when it was closed; the job is then still the caller's.
  bool Push(Job& job);
  // False when the queue is full or closed.
  bool TryPush(Job& job);
  // Waits for a job; nothing when the queue was closed and is empty.
  std::optional<Job> Pop();
  void Close();

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::deque<Job> jobs_;
  bool closed_ = false;
};

// The requests of one model. Each is at rest, or a worker or a stream has it.
class RequestPool {
 public:
  explicit RequestPool(const moir::CompiledModel& model);
  ~RequestPool() { WaitForAll(); }
  // Runs the job in a request of its own as soon as one is free, and returns when it was started.
  void Start(Job job);
  // Returns when all requests are free.
  void WaitForAll();
  const moir::CompiledModel& Model() const { return model_; }

 private:
  struct Slot {
    moir::InferRequest request;
    std::vector<moir::Tensor> inputs, outputs;  // the request's own
    Job job;                                    // that the request runs
  };
  Slot& Take();
  void Give(Slot& slot);
  void Finish(Slot& slot, std::exception_ptr error);

  moir::CompiledModel model_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Slot*> free_;
  std::vector<std::unique_ptr<Slot>>
      slots_;  // the last member: requests wait for their callbacks, which use the others
};

struct Options {
  size_t workers = 4;
  size_t queue_length = 64;
  // One thread per inference, as many inferences as there are CPUs: most work done in a given time. A service that has
  // to answer single jobs fast uses {"performance_hint", "latency"}.
  moir::Properties properties = {{"performance_hint", "throughput"}};
};

class Service {
 public:
  // Throws moir::Error when a model cannot be loaded.
  Service(const moir::Core& core, const std::vector<std::string>& models, const Options& options);
  ~Service();  // Close()
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Waits while the queue is full. False when the service was closed: then `done` is not called. Throws kBadOption for
  // a model that there is not.
  bool Submit(Job job);
  // The same, but false at once when the queue is full.
  bool TrySubmit(Job job);
  // Takes no more jobs, finishes those that were taken, and returns when all of them are done.
  void Close();

  size_t ModelCount() const { return pools_.size(); }
  const moir::CompiledModel& Model(size_t index) const { return pools_.at(index)->Model(); }

 private:
  void Work();
  void RequireModel(const Job& job) const;

  JobQueue queue_;
  std::vector<std::unique_ptr<RequestPool>> pools_;  // per model
  std::mutex closing_;
  std::vector<std::thread> workers_;
};

}  // namespace service

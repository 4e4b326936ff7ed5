// Streams: threads that run the asynchronous inferences of one compiled model, each one at a time. Inside an inference
// a stream's thread is the master of an OpenMP team of its own.
#pragma once

#include <memory>
#include <thread>
#include <vector>

namespace moir::runtime {

// What streams run. The queue is made of the jobs themselves, so that queueing allocates nothing; a job is in one queue
// at most.
class StreamJob {
 public:
  virtual ~StreamJob() = default;
  virtual void RunOnStream() noexcept = 0;

 private:
  friend class Streams;
  std::shared_ptr<StreamJob> next_;  // keeps what follows it in the queue alive
};

enum class Affinity {
  kNone,  // the system places the threads
  kCore,  // the threads of a stream keep to CPUs of their own, as long as there are some
};

class Streams {
 public:
  Streams(int count, int threads_per_stream, Affinity affinity);
  // Waits for the threads; for all but its own when a job destroys what it runs on. Jobs must keep whoever owns the
  // streams alive or be taken back first.
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  int Count() const { return count_; }
  int ThreadsPerStream() const { return threads_per_stream_; }
  // The threads start with the first job. Throws kIo when the system has none to give; the job is not queued then.
  void Push(std::shared_ptr<StreamJob> job);
  // A job that still waits becomes the next to run; nothing happens to others.
  void Promote(const StreamJob& job);
  // Takes a job that still waits back from the queue; null when it does not.
  std::shared_ptr<StreamJob> Remove(const StreamJob& job);
  // Whether the calling thread belongs to any streams.
  static bool OnStream();

 private:
  struct Queue;
  void StartThreads();

  const int count_, threads_per_stream_;
  const Affinity affinity_;
  const std::shared_ptr<Queue> queue_;  // the threads' too
  std::vector<std::thread> threads_;    // guarded by the queue's mutex until the destructor
};

}  // namespace moir::runtime

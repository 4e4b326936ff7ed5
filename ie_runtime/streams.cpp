#include "ie_runtime/streams.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "ie_runtime/threads.h"
#include "moir/error.h"

namespace moir::runtime {

struct Streams::Queue {
  std::mutex mutex;
  std::condition_variable not_empty;
  std::shared_ptr<StreamJob> first;
  StreamJob* last = nullptr;
  bool stop = false;

  std::shared_ptr<StreamJob> PopFront() {
    std::shared_ptr<StreamJob> job = std::move(first);
    first = std::move(job->next_);
    if (!first) last = nullptr;
    return job;
  }
  void PushFront(std::shared_ptr<StreamJob> job) {
    if (!first) last = job.get();
    job->next_ = std::move(first);
    first = std::move(job);
  }
  void PushBack(std::shared_ptr<StreamJob> job) {
    StreamJob* const added = job.get();
    (last ? last->next_ : first) = std::move(job);
    last = added;
  }
  std::shared_ptr<StreamJob> Take(const StreamJob& wanted) {
    StreamJob* before = nullptr;
    for (StreamJob* job = first.get(); job; before = job, job = job->next_.get()) {
      if (job != &wanted) continue;
      if (!before) return PopFront();
      std::shared_ptr<StreamJob> taken = std::move(before->next_);
      before->next_ = std::move(taken->next_);
      if (last == taken.get()) last = before;
      return taken;
    }
    return nullptr;
  }
};

namespace {

thread_local bool on_stream = false;

// Streams of different models begin at different CPUs.
std::atomic<unsigned> next_cpu{0};

// The calling thread, and the OpenMP threads that it starts, keep to `count` CPUs from the `first`th of the process on.
void KeepTo(unsigned first, int count) {
  const std::vector<int> cpus = ProcessCpuList();
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; ++i) CPU_SET(cpus[(first + static_cast<unsigned>(i)) % cpus.size()], &set);
  // Where the system refuses, the thread stays where it may be.
  pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

}  // namespace

Streams::Streams(int count, int threads_per_stream, Affinity affinity)
    : count_(count), threads_per_stream_(threads_per_stream), affinity_(affinity), queue_(std::make_shared<Queue>()) {}

Streams::~Streams() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->stop = true;
  }
  queue_->not_empty.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.get_id() == std::this_thread::get_id()) thread.detach();
    else thread.join();
  }
}

bool Streams::OnStream() { return on_stream; }

void Streams::StartThreads() {
  // Signals are for the application's threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::string reason;
  threads_.reserve(static_cast<size_t>(count_));
  const unsigned cpu = next_cpu.fetch_add(static_cast<unsigned>(count_ * threads_per_stream_));
  try {
    for (int i = 0; i < count_; ++i) {
      const bool pinned = affinity_ == Affinity::kCore;
      const unsigned first_cpu = cpu + static_cast<unsigned>(i * threads_per_stream_);
      threads_.emplace_back([queue = queue_, i, pinned, first_cpu, size = threads_per_stream_] {
        on_stream = true;
        pthread_setname_np(pthread_self(), ("moir-stream-" + std::to_string(i % 100)).c_str());
        if (pinned) KeepTo(first_cpu, size);
        std::unique_lock lock(queue->mutex);
        while (true) {
          queue->not_empty.wait(lock, [&] { return queue->first || queue->stop; });
          if (!queue->first) return;
          std::shared_ptr<StreamJob> job = queue->PopFront();
          lock.unlock();
          job->RunOnStream();
          job.reset();
          lock.lock();
        }
      });
    }
  } catch (const std::system_error& error) {
    // Fewer threads do the same work.
    reason = error.what();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (threads_.empty()) throw Error(ErrorKind::kIo, "cannot start the thread of a stream: " + reason);
}

void Streams::Push(std::shared_ptr<StreamJob> job) {
  {
    const std::lock_guard lock(queue_->mutex);
    if (threads_.empty()) StartThreads();
    queue_->PushBack(std::move(job));
  }
  queue_->not_empty.notify_one();
}

void Streams::Promote(const StreamJob& job) {
  const std::lock_guard lock(queue_->mutex);
  if (std::shared_ptr<StreamJob> taken = queue_->Take(job)) queue_->PushFront(std::move(taken));
}

std::shared_ptr<StreamJob> Streams::Remove(const StreamJob& job) {
  const std::lock_guard lock(queue_->mutex);
  return queue_->Take(job);
}

}  // namespace moir::runtime

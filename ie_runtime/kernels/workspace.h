// Memory that a kernel of our own needs while it runs. It comes from the request's scratchpad: inferences after the
// first allocate nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ie_runtime/kernel.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

// Cuts memory into arrays. Without memory it gives null pointers and counts, so that the function that takes the arrays
// also tells how many bytes they come to.
class Workspace {
 public:
  explicit Workspace(std::byte* memory = nullptr) : memory_(memory) {}
  template <typename T>
  T* Take(int64_t count) {
    T* array = memory_ ? reinterpret_cast<T*>(memory_ + bytes_) : nullptr;
    bytes_ += (static_cast<size_t>(count) * sizeof(T) + 63) / 64 * 64;
    return array;
  }
  size_t Bytes() const { return bytes_; }

 private:
  std::byte* memory_;
  size_t bytes_ = 0;
};

// Items that are worked on in parallel, each worker with memory of its own. `Arrays` is made of a Workspace and Sizes.
// run(memory, item, arrays).
template <typename Arrays, typename Sizes, typename Run>
class WorkersKernel final : public Kernel {
 public:
  // With items shorter than `grain` in all, fewer workers. Made while the layer's number of threads is in force.
  WorkersKernel(std::string exec_type, int64_t items, int64_t grain, const Sizes& sizes, Run run)
      : exec_type_(std::move(exec_type)),
        items_(items),
        workers_(std::clamp<int64_t>(items / grain, 1, std::max(1, ParallelThreads()))),
        sizes_(sizes),
        run_(std::move(run)) {
    Workspace counter;
    Arrays(counter, sizes_);
    bytes_ = counter.Bytes();
  }
  std::string ExecType() const override { return exec_type_; }
  size_t ScratchpadBytes() const override { return static_cast<size_t>(workers_) * bytes_; }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct WorkersTask final : Task {
      WorkersTask(const WorkersKernel& owner, const Binding& bound) : kernel(owner), memory(bound) {}
      void Run() override {
        ParallelFor(kernel.workers_, 1, [&](int64_t begin, int64_t end) {
          for (int64_t worker = begin; worker < end; ++worker) kernel.Work(memory, worker);
        });
      }
      const WorkersKernel& kernel;
      Binding memory;
    };
    return std::make_unique<WorkersTask>(*this, binding);
  }

 private:
  void Work(const Binding& memory, int64_t worker) const {
    Workspace workspace(memory.scratchpad + static_cast<size_t>(worker) * bytes_);
    Arrays arrays(workspace, sizes_);
    const int64_t last = items_ * (worker + 1) / workers_;
    for (int64_t item = items_ * worker / workers_; item < last; ++item) run_(memory, item, arrays);
  }

  std::string exec_type_;
  int64_t items_, workers_;
  Sizes sizes_;
  Run run_;
  size_t bytes_ = 0;
};

template <typename Arrays, typename Sizes, typename Run>
std::unique_ptr<Kernel> MakeWorkersKernel(std::string exec_type, int64_t items, int64_t grain, const Sizes& sizes,
                                          Run run) {
  return std::make_unique<WorkersKernel<Arrays, Sizes, Run>>(std::move(exec_type), items, grain, sizes, std::move(run));
}

}  // namespace moir::runtime

// CpuBudget: the CPUs of the process, shared by all inferences of all compiled models. An inference holds as many as it
// has threads while it runs, so that never more threads compute than there are CPUs; the others wait in order of
// arrival. An inference with more threads than there are CPUs takes them all.
#pragma once

#include <condition_variable>
#include <mutex>

namespace moir::runtime {

class CpuBudget {
 public:
  explicit CpuBudget(int cpus) : total_(cpus), free_(cpus) {}
  CpuBudget(const CpuBudget&) = delete;
  CpuBudget& operator=(const CpuBudget&) = delete;

  // The budget of this process: the CPUs of its affinity mask when the first inference ran.
  static CpuBudget& Process();

  int Total() const { return total_; }

 private:
  friend class CpuShare;
  // Waits on the stack of a thread until its turn.
  struct Waiter {
    int cpus;
    bool served = false;
    Waiter* next = nullptr;
    std::condition_variable turn{};
  };
  void Acquire(int cpus);
  void Release(int cpus);

  const int total_;
  std::mutex mutex_;
  int free_;
  Waiter* first_ = nullptr;  // in order of arrival
  Waiter* last_ = nullptr;
};

// Holds CPUs of a budget while it lives. A thread that holds some already, because one inference started another, takes
// no more: it would wait for itself.
class CpuShare {
 public:
  CpuShare(CpuBudget& budget, int cpus);
  ~CpuShare();
  CpuShare(const CpuShare&) = delete;
  CpuShare& operator=(const CpuShare&) = delete;

 private:
  CpuBudget& budget_;
  const int cpus_;  // 0: the thread had its share
};

}  // namespace moir::runtime

#include "ie_runtime/cpu_budget.h"

#include <algorithm>

#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

thread_local bool holds_share = false;

}  // namespace

CpuBudget& CpuBudget::Process() {
  // Never destroyed: threads may still compute while the process ends.
  static CpuBudget& budget = *new CpuBudget(ProcessCpus());
  return budget;
}

void CpuBudget::Acquire(int cpus) {
  std::unique_lock lock(mutex_);
  if (!first_ && free_ >= cpus) {
    free_ -= cpus;
    return;
  }
  Waiter waiter{cpus};
  (last_ ? last_->next : first_) = &waiter;
  last_ = &waiter;
  waiter.turn.wait(lock, [&] { return waiter.served; });
}

void CpuBudget::Release(int cpus) {
  const std::lock_guard lock(mutex_);
  free_ += cpus;
  while (first_ && first_->cpus <= free_) {
    Waiter& waiter = *first_;
    first_ = waiter.next;
    if (!first_) last_ = nullptr;
    free_ -= waiter.cpus;
    waiter.served = true;
    // With the lock held: the waiter is gone as soon as it can see that it was served.
    waiter.turn.notify_one();
  }
}

CpuShare::CpuShare(CpuBudget& budget, int cpus)
    : budget_(budget), cpus_(holds_share ? 0 : std::clamp(cpus, 1, budget.Total())) {
  if (cpus_ == 0) return;
  budget_.Acquire(cpus_);
  holds_share = true;
}

CpuShare::~CpuShare() {
  if (cpus_ == 0) return;
  holds_share = false;
  budget_.Release(cpus_);
}

}  // namespace moir::runtime

// Chooses algorithms by measuring, where the property kernel_choice asks for it: each distinct convolution of a plan is
// run with every algorithm that computes it alike and is likely to be among the fastest (convolution_algorithms.h), on
// memory of its size, with the model's weights as far away as they are in a running net.
#pragma once

#include <functional>
#include <string>

#include "ie_runtime/algorithm_choices.h"
#include "ie_runtime/plan.h"

namespace moir::runtime {

// The time of measuring. Tests have one of their own.
class MeasuringClock {
 public:
  virtual ~MeasuringClock() = default;
  virtual double Now() const = 0;  // seconds
  // Runs once; the seconds that it took.
  virtual double Time(const std::string& problem, const std::string& algorithm, const std::function<void()>& run) = 0;
};
// Null: the system's again. The caller keeps it.
void SetMeasuringClock(MeasuringClock* clock);

// For the number of threads of the calling thread's parallel regions, which nothing else should use meanwhile: it holds
// their share of the process's CPUs (cpu_budget.h) while it measures, and models measure one after the other. What is
// expected to take the longest comes first; no run begins after `seconds`, and a problem whose algorithms have not all
// run by then keeps the estimate.
//
// The plan is as it is before prologues are fused (passes/fuse_prologue.cpp): whether to fuse them is measured, too.
// `precision`: f32 or bf16, for which the model is compiled. In bf16 there are no prologues.
AlgorithmChoices MeasureAlgorithms(const Plan& plan, ElementType precision, double seconds);

}  // namespace moir::runtime

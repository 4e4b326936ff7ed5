#include "ie_runtime/measure_algorithms.h"

#include <emmintrin.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <mutex>
#include <set>

#include "ie_runtime/cpu_budget.h"
#include "ie_runtime/kernel_table.h"
#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/kernels/blocked/packed_kernel.h"
#include "ie_runtime/kernels/convolution_algorithms.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/storage_types.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// Estimates may err by so much; what is beyond is not measured.
constexpr double kEstimatesErr = 1.5;
// Times may err by so much: another algorithm than the estimated one must be faster by more.
constexpr double kTimesErr = 0.95;
// What a prologue saves depends on where the value between the layers would lie in a net, which is not known.
constexpr double kPrologueHandicap = 1.1;
// An algorithm that took so much longer than the fastest is out: after one run, which something else may have
// disturbed, and after more.
constexpr double kHopelessAtOnce = 3, kHopeless = 1.4;

class SystemClock final : public MeasuringClock {
 public:
  double Now() const override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  double Time(const std::string&, const std::string&, const std::function<void()>& run) override {
    const double start = Now();
    run();
    return Now() - start;
  }
};

std::mutex clock_mutex;
MeasuringClock* other_clock = nullptr;

MeasuringClock& Clock() {
  static SystemClock system;
  const std::lock_guard lock(clock_mutex);
  return other_clock ? *other_clock : system;
}

constexpr int64_t kLine = 64;  // of a cache

size_t Aligned(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

// Bytes of all constants of the model, which stand for its packed weights.
size_t WeightBytes(const Plan& plan) {
  std::set<const void*> counted;
  size_t bytes = 0;
  for (const auto& layer : plan.layers) {
    for (const ValueId input : layer->inputs) {
      const PlanValue& value = plan.Value(input);
      if (!value.IsConstant()) continue;
      const size_t of_value = static_cast<size_t>(value.shape.NumElements()) * ElementSize(value.type);
      if (counted.insert(&value).second) bytes += of_value;
    }
  }
  return bytes;
}

// By all threads, a part each: as a value is that a layer before has just written.
void Read(const std::byte* data, size_t bytes) {
  ParallelFor(static_cast<int64_t>(bytes) / kLine, 1024, [&](int64_t begin, int64_t end) {
    unsigned sum = 0;
    for (int64_t line = begin; line < end; ++line) sum += std::to_integer<unsigned>(data[line * kLine]);
    asm volatile("" : : "r"(sum));  // so that it is read
  });
}

// Takes the bytes out of all caches.
void Flush(const std::byte* data, size_t bytes) {
  ParallelFor((static_cast<int64_t>(bytes) + kLine - 1) / kLine, 1024, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) _mm_clflush(data + line * kLine);
    _mm_mfence();
  });
}

// Puts weights where an inference finds them: in memory when the other layers' have pushed them out of all caches, in
// the last level when they have out of the others, or where they are.
class Eviction {
 public:
  explicit Eviction(size_t weight_bytes) {
    const double near = blocked::SecondLevelCache() * ParallelThreads();
    // A larger cache is shared with programs on other cores.
    constexpr double kOwn = 32 << 20;
    const double last_level = std::clamp(static_cast<double>(sysconf(_SC_LEVEL3_CACHE_SIZE)), 0.0, kOwn);
    const auto weights = static_cast<double>(weight_bytes);
    // Packed, they are larger, and activations come on top.
    if (weights < near / 2) return;
    flush_ = weights > last_level / 2;
    if (flush_) return;
    bytes_ = static_cast<size_t>(2 * near);
    memory_ = AllocateMemory(bytes_, LargePages::kAtOnce);
    std::memset(memory_.get(), 0, bytes_);
  }

  void Run(const std::vector<std::pair<const std::byte*, size_t>>& weights) const {
    if (bytes_ > 0) Read(memory_.get(), bytes_);
    for (const auto& [data, bytes] : weights) {
      if (flush_) Flush(data, bytes);
    }
  }

 private:
  bool flush_ = false;
  size_t bytes_ = 0;
  std::shared_ptr<std::byte> memory_;
};

// Memory that the kernels of all trials share, written once so that it is there. What is in it does not matter.
class TrialMemory {
 public:
  // Bytes that stay where they are until the next Reset.
  std::shared_ptr<std::byte> Take(size_t bytes) {
    const size_t wanted = Aligned(std::max<size_t>(bytes, 1));
    if (used_ + wanted > bytes_) {
      // What was taken keeps the old block.
      bytes_ = std::max(wanted, std::max(bytes_ * 2, size_t{4} << 20));
      block_ = AllocateMemory(bytes_, LargePages::kAtOnce);
      ParallelFor(static_cast<int64_t>(bytes_), 1 << 20, [&](int64_t begin, int64_t end) {
        std::memset(block_.get() + begin, 0, static_cast<size_t>(end - begin));
      });
      used_ = 0;
    }
    std::shared_ptr<std::byte> memory(block_, block_.get() + used_);
    used_ += wanted;
    return memory;
  }
  void Reset() { used_ = 0; }

 private:
  std::shared_ptr<std::byte> block_;
  size_t bytes_ = 0, used_ = 0;
};

// One algorithm's kernels, ready to run.
struct Trial {
  ConvolutionAlgorithm algorithm;
  std::vector<std::unique_ptr<Kernel>> kernels;
  std::vector<std::shared_ptr<std::byte>> memory;
  std::vector<std::pair<const std::byte*, size_t>> weights;
  std::vector<std::pair<const std::byte*, size_t>> sources;  // what other layers have just written
  std::vector<std::unique_ptr<Task>> tasks;
  double seconds = std::numeric_limits<double>::infinity();  // the best of its runs
  bool hopeless = false;

  double Counted() const { return seconds * algorithm.handicap; }
};

struct Problem {
  std::string name;
  const Layer* layer;
  const Layer* before;  // what may become its prologue: whether it does is the problem; or null
  std::vector<ConvolutionAlgorithm> algorithms;  // the estimated one first
  double seconds = 0;                            // estimated, of all its layers
};

// What factories see, layouts aside. A few values may lie in memory in another type than measured with, as passes that
// come later replace their readers; times hardly depend on it.
class Contexts {
 public:
  Contexts(const Plan& plan, ElementType precision) : plan_(plan), precision_(precision) {
    if (precision == ElementType::kBF16) storage_ = ChooseStorage(plan);
  }
  KernelContext Of(const Layer& layer) const {
    KernelPrecision precision{precision_, {}};
    for (const ValueId output : layer.outputs) {
      if (!storage_.empty()) precision.outputs.push_back(storage_[output]);
    }
    return KernelContext(plan_, layer, {}, std::move(precision));
  }
  bool InF32() const { return precision_ == ElementType::kF32; }

 private:
  const Plan& plan_;
  ElementType precision_;
  std::vector<ElementType> storage_;
};

// Distinct problems with more than one algorithm that may be the fastest, the longest first.
std::vector<Problem> FindProblems(const Plan& plan, const Contexts& contexts) {
  std::map<std::string, Problem> problems;
  for (const auto& layer : plan.layers) {
    if (layer->op != "Convolution") continue;
    const KernelContext context = contexts.Of(*layer);
    const std::optional<std::string> name = ConvolutionProblem(context);
    if (!name) continue;
    const auto add = [&](const std::string& key, const Layer* before, auto algorithms) {
      Problem& problem = problems[key];
      if (problem.name.empty()) problem = {key, layer.get(), before, algorithms()};
      problem.seconds += problem.algorithms[0].seconds;
    };
    bool fused = false;
    const bool may_fuse = contexts.InF32() && Uses(Technique::kFusePrologue);
    if (const Layer* before = may_fuse ? FindPrologue(plan, *layer) : nullptr) {
      fused = PaysWithPrologue(plan, *layer);
      add(PrologueProblem(plan, *layer, *before), before, [&] {
        const double seconds = ConvolutionAlgorithms(context)[0].seconds;
        std::vector<ConvolutionAlgorithm> both = {{kWithPrologue, seconds}, {kWithoutPrologue, seconds}};
        if (!fused) std::swap(both[0], both[1]);
        both[1].handicap = kPrologueHandicap;
        return both;
      });
    }
    if (!fused) add(*name, nullptr, [&] { return ConvolutionAlgorithms(context); });
  }
  std::vector<Problem> sorted;
  for (auto& [name, problem] : problems) {
    double best = std::numeric_limits<double>::infinity();
    for (const ConvolutionAlgorithm& algorithm : problem.algorithms)
      best = std::min(best, algorithm.seconds * algorithm.handicap);
    const ConvolutionAlgorithm estimated = problem.algorithms[0];
    std::erase_if(problem.algorithms, [&](const ConvolutionAlgorithm& algorithm) {
      return algorithm.name != estimated.name && algorithm.seconds * algorithm.handicap > kEstimatesErr * best;
    });
    if (problem.algorithms.size() > 1) sorted.push_back(std::move(problem));
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.seconds > b.seconds; });
  return sorted;
}

class Measurement {
 public:
  Measurement(const Plan& plan, const Contexts& contexts, double seconds)
      : plan_(plan), contexts_(contexts), clock_(Clock()), end_(clock_.Now() + seconds), eviction_(WeightBytes(plan)) {}

  bool IsOver() const { return clock_.Now() >= end_; }

  // The fastest algorithm; nothing when there was no time to find out, or no choice.
  std::optional<std::string> Measure(const Problem& problem) {
    // First the CPUs: whoever has the lock waits for nothing else.
    static std::mutex one_at_a_time;
    const CpuShare share(CpuBudget::Process(), ParallelThreads());
    const std::lock_guard lock(one_at_a_time);
    std::vector<Trial> trials;
    for (const ConvolutionAlgorithm& algorithm : problem.algorithms) {
      if (IsOver()) return std::nullopt;
      std::optional<Trial> trial = Prepare(problem, algorithm);
      if (trial) trials.push_back(std::move(*trial));
      // With other layouts than the others' it is more than a choice among kernels.
      else if (trials.empty()) return std::nullopt;
    }
    if (trials.size() < 2) return std::nullopt;
    for (int round = 0, rounds = 1; round < rounds; ++round) {
      for (Trial& trial : trials) {
        if (trial.hopeless) continue;
        if (IsOver()) return round == 0 ? std::nullopt : std::optional(Best(trials));
        Run(problem, trial);
      }
      double best = std::numeric_limits<double>::infinity();
      for (const Trial& trial : trials) best = std::min(best, trial.Counted());
      for (Trial& trial : trials) trial.hopeless = trial.Counted() > (round == 0 ? kHopelessAtOnce : kHopeless) * best;
      // Short runs are disturbed more easily.
      if (round == 0) rounds = best > 4e-3 ? 3 : best > 5e-4 ? 4 : 6;
    }
    return Best(trials);
  }

 private:
  static std::string Best(const std::vector<Trial>& trials) {
    const Trial* best = &trials[0];
    for (const Trial& trial : trials) {
      if (trial.Counted() < best->Counted()) best = &trial;
    }
    return (best->Counted() < kTimesErr * trials[0].Counted() ? *best : trials[0]).algorithm.name;
  }

  std::optional<Trial> Prepare(const Problem& problem, const ConvolutionAlgorithm& algorithm) {
    Trial trial;
    trial.algorithm = algorithm;
    memory_.Reset();  // they run one after the other
    const UnfilledScope::Take take = [&](size_t bytes) {
      trial.memory.push_back(memory_.Take(bytes));
      trial.weights.emplace_back(trial.memory.back().get(), bytes);
      return trial.memory.back();
    };
    const UnfilledScope unfilled(take);
    const Layer& layer = *problem.layer;
    if (!problem.before) {
      return Add(trial, MakeConvolutionWith(contexts_.Of(layer), algorithm.name), {}) ? std::optional(std::move(trial))
                                                                                      : std::nullopt;
    }
    if (algorithm.name == kWithPrologue) {
      const Layer fused = WithPrologue(layer, *problem.before);
      return Add(trial, MakePackedKernel(KernelContext(plan_, fused, {})), {}) ? std::optional(std::move(trial))
                                                                               : std::nullopt;
    }
    // The layers one after the other, with the layouts that they have behind others of ours.
    const KernelContext convolution(plan_, layer, {});
    const int64_t lanes = LoopsFor(convolution)->lanes;
    std::vector<Layout> layouts;
    for (const ValueId input : problem.before->inputs) {
      const PlanValue& value = plan_.Value(input);
      layouts.push_back(value.IsConstant() ? Layout::Plain(value.type, value.shape)
                                           : Layout::Blocked(value.type, value.shape, lanes));
    }
    const KernelContext context(plan_, *problem.before, std::move(layouts));
    const KernelFactory factory = FindKernelFactory(problem.before->op);
    const std::byte* between = Add(trial, factory ? factory(context) : std::nullopt, {});
    if (!between) return std::nullopt;
    const bool made = Add(trial, MakeConvolutionWith(convolution, ConvolutionAlgorithms(convolution)[0].name), between);
    return made ? std::optional(std::move(trial)) : std::nullopt;
  }

  // Adds a kernel that reads `source`; null: memory of its own, what another layer has just written. Gives its result,
  // or null when there is no such kernel, or one with other layouts than the others'.
  std::byte* Add(Trial& trial, std::optional<KernelChoice> choice, const std::byte* source) {
    if (!choice || choice->inputs[0].ToString() != choice->outputs[0].ToString() ||
        choice->inputs[0].ToString().rfind(contexts_.InF32() ? "blocked" : "channels-last", 0) != 0)
      return nullptr;
    const auto new_memory = [&](size_t bytes) {
      trial.memory.push_back(memory_.Take(bytes));
      return trial.memory.back().get();
    };
    Binding binding;
    binding.outputs = {new_memory(choice->outputs[0].Bytes())};
    for (size_t i = 0; i < choice->inputs.size(); ++i) {
      const Layout& input = choice->inputs[i];
      const bool in_place = std::any_of(choice->aliases.begin(), choice->aliases.end(), [&](const Alias& alias) {
        return alias.kind == Alias::Kind::kInPlace && alias.input == i;
      });
      std::byte* memory = nullptr;
      if (i == 0 && source) memory = const_cast<std::byte*>(source);  // which tasks only read
      else if (input.IsDefined()) memory = in_place ? binding.outputs[0] : new_memory(input.Bytes());
      binding.inputs.push_back(memory);
      if (input.IsDefined() && memory != source) trial.sources.emplace_back(memory, input.Bytes());
    }
    trial.kernels.push_back(std::move(choice->kernel));
    binding.scratchpad = new_memory(trial.kernels.back()->ScratchpadBytes());
    trial.tasks.push_back(trial.kernels.back()->Bind(binding));
    return binding.outputs[0];
  }

  void Run(const Problem& problem, Trial& trial) {
    eviction_.Run(trial.weights);
    for (const auto& [data, bytes] : trial.sources) Read(data, bytes);
    trial.seconds = std::min(trial.seconds, clock_.Time(problem.name, trial.algorithm.name, [&] {
      for (const auto& task : trial.tasks) task->Run();
    }));
  }

  const Plan& plan_;
  const Contexts& contexts_;
  MeasuringClock& clock_;
  const double end_;
  Eviction eviction_;
  TrialMemory memory_;
};

}  // namespace

void SetMeasuringClock(MeasuringClock* clock) {
  const std::lock_guard lock(clock_mutex);
  other_clock = clock;
}

AlgorithmChoices MeasureAlgorithms(const Plan& plan, ElementType precision, double seconds) {
  AlgorithmChoices choices;
  if (!(seconds > 0)) return choices;
  const Contexts contexts(plan, precision);
  const std::vector<Problem> problems = FindProblems(plan, contexts);
  if (problems.empty()) return choices;
  Measurement measurement(plan, contexts, seconds);
  for (const Problem& problem : problems) {
    if (measurement.IsOver()) break;
    if (const auto algorithm = measurement.Measure(problem)) choices.Set(problem.name, *algorithm);
  }
  return choices;
}

}  // namespace moir::runtime

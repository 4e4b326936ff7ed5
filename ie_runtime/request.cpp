#include "ie_runtime/request.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

size_t Bytes(const GraphPort& port) { return static_cast<size_t>(port.shape.NumElements()) * ElementSize(port.type); }

}  // namespace

::moir::Error CanceledError(const CompiledGraph& graph) {
  return {::moir::ErrorKind::kCanceled, StrCat("model \"", graph.Name(), "\": the inference was canceled")};
}

Request::Request(std::shared_ptr<const CompiledGraph> graph, Ports ports) : graph_(std::move(graph)) {
  // Another thread than the one that compiled may have no team yet, which is not worth starting; nor is a little memory
  // worth waiting for one.
  constexpr size_t kLarge = size_t{8} << 20;
  const auto allocate = [&](size_t bytes) {
    const bool team = bytes >= kLarge && TeamThreads() >= graph_->Threads();
    return AllocateZeros(bytes, team ? graph_->Threads() : 1);
  };
  arena_ = allocate(graph_->Memory().arena_bytes);
  scratchpad_ = allocate(graph_->ScratchpadBytes());
  const auto add = [&](const GraphPort& port) -> void* {
    if (ports == Ports::kOfCaller) return nullptr;
    own_.push_back(AllocateZeros(Bytes(port)));
    return own_.back().get();
  };
  for (const GraphPort& port : graph_->Inputs()) inputs_.push_back(add(port));
  for (const GraphPort& port : graph_->Outputs()) outputs_.push_back(add(port));
  tasks_.resize(graph_->Steps().size());
  microseconds_.assign(tasks_.size(), 0);
  for (size_t i = 0; i < tasks_.size(); ++i) Bind(i);
}

std::byte* Request::Address(ValueId value) const {
  const Placement& placement = graph_->Memory().placements.at(value);
  switch (placement.home) {
    case Placement::Home::kNone: return nullptr;
    case Placement::Home::kArena: return arena_.get() + placement.offset;
    case Placement::Home::kConstant:
      // Tasks only read constants.
      return const_cast<std::byte*>(static_cast<const std::byte*>(graph_->Constant(placement.index).Data())) +
             placement.offset;
    case Placement::Home::kInput: return static_cast<std::byte*>(inputs_.at(placement.index)) + placement.offset;
    case Placement::Home::kOutput: return static_cast<std::byte*>(outputs_.at(placement.index)) + placement.offset;
  }
  return nullptr;
}

std::unique_ptr<Task> Request::MakeTask(size_t index) const {
  const Step& step = graph_->Steps()[index];
  Binding binding;
  for (size_t i = 0; i < step.inputs.size(); ++i)
    binding.inputs.push_back(step.reads[i] ? Address(step.inputs[i]) : nullptr);
  for (const ValueId output : step.outputs) binding.outputs.push_back(Address(output));
  binding.scratchpad = scratchpad_.get();
  return step.kernel->Bind(binding);
}

void Request::Bind(size_t index) {
  tasks_[index] = MakeTask(index);
  if (states_.empty() || !touches_state_[index]) return;
  SwapAddresses();
  other_tasks_[index] = MakeTask(index);
  SwapAddresses();
}

bool Request::Touches(size_t index, Placement::Home home, size_t port) const {
  const auto touches = [&](ValueId value) {
    const Placement& placement = graph_->Memory().placements.at(value);
    return placement.home == home && placement.index == port;
  };
  const Step& step = graph_->Steps()[index];
  return std::any_of(step.inputs.begin(), step.inputs.end(), touches) ||
         std::any_of(step.outputs.begin(), step.outputs.end(), touches);
}

void Request::SwapAddresses() {
  for (const State& state : states_) std::swap(inputs_[state.input], outputs_[state.output]);
}

void Request::AddState(size_t input, size_t output, void* read, void* written) {
  inputs_.at(input) = read;
  outputs_.at(output) = written;
  states_.push_back({input, output});
  touches_state_.resize(tasks_.size(), false);
  other_tasks_.resize(tasks_.size());
  for (size_t i = 0; i < tasks_.size(); ++i) {
    touches_state_[i] =
        touches_state_[i] || Touches(i, Placement::Home::kInput, input) || Touches(i, Placement::Home::kOutput, output);
    if (touches_state_[i]) Bind(i);
  }
}

void Request::SwapStates() {
  if (states_.empty()) return;
  SwapAddresses();
  for (size_t i = 0; i < tasks_.size(); ++i) {
    if (touches_state_[i]) std::swap(tasks_[i], other_tasks_[i]);
  }
}

void Request::BindWhere(Placement::Home home, size_t index) {
  for (size_t i = 0; i < tasks_.size(); ++i) {
    if (Touches(i, home, index)) Bind(i);
  }
}

void Request::SetInput(size_t index, void* memory) {
  if (inputs_.at(index) == memory) return;
  inputs_[index] = memory;
  BindWhere(Placement::Home::kInput, index);
}

void Request::SetOutput(size_t index, void* memory) {
  if (outputs_.at(index) == memory) return;
  outputs_[index] = memory;
  BindWhere(Placement::Home::kOutput, index);
}

void Request::Infer(const Options& options) {
  const auto check = [&] {
    if (options.cancel && options.cancel->load(std::memory_order_relaxed)) throw CanceledError(*graph_);
  };
  check();
  const InferenceScope scope(graph_->Threads());
  InferenceBegins();
  const struct Ended {
    ~Ended() { InferenceEnds(); }
  } ended;
  if (!options.profiling) {
    for (const auto& task : tasks_) {
      if (!task) continue;
      check();
      task->Run();
    }
    return;
  }
  using Clock = std::chrono::steady_clock;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    check();
    const Clock::time_point start = Clock::now();
    if (tasks_[i]) tasks_[i]->Run();
    microseconds_[i] = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
  }
}

std::vector<StepTime> Request::Times() const {
  std::vector<StepTime> times;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    if (tasks_[i]) times.push_back({&graph_->Steps()[i], microseconds_[i]});
  }
  return times;
}

}  // namespace moir::runtime

// Request: one inference at a time of a compiled graph, with activations of its own.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "ie_runtime/compiled_graph.h"
#include "moir/error.h"

namespace moir::runtime {

struct StepTime {
  const Step* step;
  double microseconds;
};

// What an inference of the graph that is canceled throws.
::moir::Error CanceledError(const CompiledGraph& graph);

class Request {
 public:
  // Whether the request starts with input and output tensors of its own, or the caller sets all of them.
  enum class Ports { kOwn, kOfCaller };
  explicit Request(std::shared_ptr<const CompiledGraph> graph, Ports ports = Ports::kOwn);

  const CompiledGraph& GetGraph() const { return *graph_; }
  // Memory of an input or output tensor (plain layout). What is set must outlive the inferences; the steps that touch
  // it are bound anew.
  void* Input(size_t index) const { return inputs_.at(index); }
  void* Output(size_t index) const { return outputs_.at(index); }
  void SetInput(size_t index, void* memory);
  void SetOutput(size_t index, void* memory);

  // Input `input` and output `output` become two blocks that change places with SwapStates: what was written is read
  // next. No layer is bound anew then.
  void AddState(size_t input, size_t output, void* read, void* written);
  void SwapStates();

  struct Options {
    bool profiling = false;                     // measure the steps, for Times
    const std::atomic<bool>* cancel = nullptr;  // looked at before each step
  };
  // Throws moir::Error (kCanceled) as soon as `cancel` is set.
  void Infer(const Options& options);
  void Infer() { Infer({graph_->Profiling(), nullptr}); }
  // Of the last inference that measured; zeros before.
  std::vector<StepTime> Times() const;

 private:
  std::byte* Address(ValueId value) const;
  void Bind(size_t step);
  std::unique_ptr<Task> MakeTask(size_t step) const;
  bool Touches(size_t step, Placement::Home home, size_t index) const;
  void SwapAddresses();
  void BindWhere(Placement::Home home, size_t index);

  std::shared_ptr<const CompiledGraph> graph_;
  std::shared_ptr<std::byte> arena_, scratchpad_;
  std::vector<std::shared_ptr<std::byte>> own_;
  std::vector<void*> inputs_, outputs_;
  std::vector<std::unique_ptr<Task>> tasks_;  // per step; null when there is nothing to do
  struct State {
    size_t input, output;
  };
  std::vector<State> states_;
  std::vector<bool> touches_state_;                 // per step
  std::vector<std::unique_ptr<Task>> other_tasks_;  // of those: for when the blocks have changed places
  std::vector<double> microseconds_;                // per step, of the last inference
};

}  // namespace moir::runtime

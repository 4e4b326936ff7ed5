// CompiledGraph: a model ready to run: steps with their kernels, layouts and the memory plan. Shared by its requests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ie_runtime/algorithm_choices.h"
#include "ie_runtime/kernel.h"
#include "ie_runtime/memory_plan.h"
#include "ie_runtime/model_ports.h"
#include "ie_runtime/model_source.h"
#include "ie_runtime/packed_constants.h"

namespace moir::runtime {

struct CompileOptions {
  int threads = 0;          // of an inference; 0: as many as the process may use
  int packing_threads = 0;  // that compile; 0: as many as an inference has
  bool profiling = false;
  std::shared_ptr<PackedConstants> packed = {};  // where packed weights come from; null: nowhere
  ModelOrigin origin = {};
  ElementType precision = ElementType::kF32;  // or kBF16, where the CPU has it
  // For choosing algorithms by measuring them, where `packed` does not say what was chosen before. 0: by estimate.
  double measuring_seconds = 0;
};

struct Step {
  std::string name, type;
  std::vector<std::string> fused;
  std::unique_ptr<Kernel> kernel;
  std::vector<ValueId> inputs, outputs;
  std::vector<bool> reads;  // per input: whether the kernel reads it at run time
  uint64_t multiply_adds = 0;
};

struct GraphPort {
  std::string name;
  ElementType type;
  graph::Shape shape;
};

class CompiledGraph {
 public:
  CompiledGraph(std::unique_ptr<Graph> graph, const CompileOptions& options, const ModelInterface& interface = {});

  const std::string& Name() const { return name_; }
  const std::vector<GraphPort>& Inputs() const { return inputs_; }
  const std::vector<GraphPort>& Outputs() const { return outputs_; }
  // The application's tensors.
  const std::vector<InputPort>& InputPorts() const { return input_ports_; }
  const std::vector<OutputPort>& OutputPorts() const { return output_ports_; }
  const std::vector<StatePort>& StatePorts() const { return state_ports_; }
  const std::vector<Step>& Steps() const { return steps_; }
  const MemoryPlan& Memory() const { return memory_; }
  const std::vector<Layout>& Layouts() const { return layouts_; }  // per value
  const Plan& GetPlan() const { return *plan_; }
  // The constant at run time; its bytes are plain.
  const Tensor& Constant(ValueId value) const { return plan_->Value(value).constant; }
  size_t ScratchpadBytes() const { return scratchpad_bytes_; }
  size_t WeightBytes() const { return weight_bytes_; }
  int Threads() const { return threads_; }
  // The kernels' constants that can be kept in a file.
  const PackedConstants& Packed() const { return *packed_; }
  const ModelOrigin& Origin() const { return origin_; }
  bool Profiling() const { return profiling_; }
  ElementType Precision() const { return precision_; }

 private:
  void AddPorts(const ModelInterface& interface);
  void AddStates(const std::vector<StatePair>& states);
  AlgorithmChoices ChooseAlgorithms(double measuring_seconds) const;
  KernelChoice Choose(const Layer& layer, const std::vector<ElementType>& storage) const;
  void AddStep(const Layer& layer, KernelChoice choice);
  ValueId Reordered(ValueId value, const Layout& wanted);
  void AddOutputCopies();
  void PlanTheMemory();
  void CountUses(const Layer& layer, const KernelChoice& choice);
  void ReleaseConstants();

  struct ConstantUse {
    size_t layers_to_come = 0;
    bool read_at_run_time = false;
  };

  std::string name_;
  std::unique_ptr<Plan> plan_;
  std::map<ValueId, ConstantUse> constant_uses_;
  std::vector<ValueId> used_up_;  // constants that no kernel will look at again, once its weights are packed
  std::vector<GraphPort> inputs_, outputs_;
  std::vector<InputPort> input_ports_;
  std::vector<OutputPort> output_ports_;
  std::vector<StatePort> state_ports_;
  std::vector<Step> steps_;
  std::vector<std::vector<Alias>> aliases_;  // per step
  std::vector<Layout> layouts_;
  std::vector<std::pair<ValueId, ValueId>> reordered_;  // value and its copy in another layout
  std::vector<ValueId> output_values_;                  // what the requests' output tensors hold
  std::shared_ptr<PackedConstants> packed_;
  ModelOrigin origin_;
  MemoryPlan memory_;
  size_t scratchpad_bytes_ = 0, weight_bytes_ = 0;
  int threads_;
  bool profiling_;
  ElementType precision_;
};

}  // namespace moir::runtime

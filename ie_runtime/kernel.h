// Kernel: how one layer is computed, with layouts chosen. Kernels are shared by all requests of a compiled model and
// hold what is constant (packed weights, generated code); a Task is a kernel bound to one request's memory.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ie_runtime/layout.h"
#include "ie_runtime/plan.h"

namespace moir::runtime {

struct Binding {
  std::vector<std::byte*> inputs;  // null for inputs without a layout
  std::vector<std::byte*> outputs;
  std::byte* scratchpad = nullptr;
};

class Task {
 public:
  virtual ~Task() = default;
  virtual void Run() = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual std::string ExecType() const = 0;
  virtual size_t ScratchpadBytes() const { return 0; }
  virtual size_t WeightBytes() const { return 0; }
  // Null when there is nothing to do at this memory (a view of the input, a concatenation whose parts lie in place).
  virtual std::unique_ptr<Task> Bind(const Binding& binding) const = 0;
};

// A permission to let two values share memory: input `input` may begin `offset` bytes inside output `output`, or the
// output that far inside the input. The kernel copies when the memory plan could not use it.
struct Alias {
  enum class Kind {
    kView,     // the output is a part of the input, unchanged
    kPart,     // the input is a part of the output, unchanged
    kInPlace,  // the output may overwrite the input; offset 0
  };
  Kind kind;
  size_t input = 0, output = 0;
  size_t offset = 0;
};

// What a factory decides for a layer.
struct KernelChoice {
  std::unique_ptr<Kernel> kernel;
  std::vector<Layout> inputs;   // wanted layout per layer input; undefined: not read when the kernel runs
  std::vector<Layout> outputs;  // given layout per layer output
  std::vector<Alias> aliases;
};

// How a model is computed, and in which type its readers want each output of the layer.
struct KernelPrecision {
  ElementType products = ElementType::kF32;  // kBF16: factors of products are rounded to bf16, sums stay f32
  std::vector<ElementType> outputs = {};     // f32 or bf16 per output; missing: the value's own type
};

// What a factory sees. Inputs have the layouts their producers gave, in the value's own type unless the kernel table
// says that the kernel takes bf16; constants are plain.
class KernelContext {
 public:
  KernelContext(const Plan& plan, const Layer& layer, std::vector<Layout> input_layouts, KernelPrecision precision = {})
      : plan_(plan), layer_(layer), layouts_(std::move(input_layouts)), precision_(std::move(precision)) {}
  const Plan& GetPlan() const { return plan_; }
  const Layer& GetLayer() const { return layer_; }
  size_t InputCount() const { return layer_.inputs.size(); }
  const PlanValue& Input(size_t index) const { return plan_.Value(layer_.inputs.at(index)); }
  const PlanValue& Output(size_t index = 0) const { return plan_.Value(layer_.outputs.at(index)); }
  const Shape& InputShape(size_t index = 0) const { return Input(index).shape; }
  const Shape& OutputShape(size_t index = 0) const { return Output(index).shape; }
  const Layout& InputLayout(size_t index = 0) const { return layouts_.at(index); }
  Layout PlainInput(size_t index = 0) const { return Layout::Plain(Input(index).type, InputShape(index)); }
  // Products are those of bf16.
  bool Bf16() const { return precision_.products == ElementType::kBF16; }
  // The type in which an output is to lie in memory.
  ElementType OutputStorage(size_t index = 0) const {
    return index < precision_.outputs.size() ? precision_.outputs[index] : Output(index).type;
  }
  Layout PlainOutput(size_t index = 0) const { return Layout::Plain(Output(index).type, OutputShape(index)); }
  bool AllF32() const;  // every input and output
  // Integers of a constant input, for axes, shapes and the like. Nothing when the input is no constant or absent.
  std::optional<std::vector<int64_t>> Indices(size_t index) const;

 private:
  const Plan& plan_;
  const Layer& layer_;
  std::vector<Layout> layouts_;
  KernelPrecision precision_;
};

// Gives the kernel, or nothing when it does not serve this layer (another type, a rare mode): then the plain
// evaluation runs it.
using KernelFactory = std::optional<KernelChoice> (*)(const KernelContext& context);

// A kernel whose work is one function of its memory, which is all it needs to keep.
template <typename Bound>
class FunctionKernel final : public Kernel {
 public:
  FunctionKernel(std::string exec_type, Bound bind) : exec_type_(std::move(exec_type)), bind_(std::move(bind)) {}
  std::string ExecType() const override { return exec_type_; }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    class FunctionTask final : public Task {
     public:
      FunctionTask(const Bound& run, const Binding& memory) : run_(run), memory_(memory) {}
      void Run() override { run_(memory_); }

     private:
      const Bound& run_;
      Binding memory_;
    };
    return std::make_unique<FunctionTask>(bind_, binding);
  }

 private:
  std::string exec_type_;
  Bound bind_;
};
template <typename Run>
std::unique_ptr<Kernel> MakeKernel(std::string exec_type, Run run) {
  return std::make_unique<FunctionKernel<Run>>(std::move(exec_type), std::move(run));
}

}  // namespace moir::runtime

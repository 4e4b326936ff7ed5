// Kernels of plug-ins. One that a plug-in does not make, or declines, is replaced by its plain evaluation.
#include "graph/extension/extension_context.h"
#include "graph/extension/extension_registry.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using graph::ExtensionTensor;

static_assert(static_cast<int>(Isa::kAvx2) == MOIR_ISA_AVX2 && static_cast<int>(Isa::kAvx512Core) == MOIR_ISA_AVX512 &&
              static_cast<int>(Isa::kAvx512CoreBf16) == MOIR_ISA_AVX512_BF16 &&
              static_cast<int>(Isa::kAvx512CoreAmx) == MOIR_ISA_AVX512_AMX);

// What create_kernel sees: shapes and constants of the layer. Values are numbered: inputs, then outputs, from 1.
class CreateContext final : public graph::GraphContext {
 public:
  explicit CreateContext(const KernelContext& layer)
      : GraphContext(const_cast<Node*>(layer.GetLayer().node)), layer_(layer) {
    for (size_t i = 0; i < layer.InputCount(); ++i) inputs_.push_back(layer.PlainInput(i));
    for (size_t i = 0; i < layer.GetLayer().outputs.size(); ++i) outputs_.push_back(layer.PlainOutput(i));
  }
  MoirValue Input(MoirNode, size_t index) override {
    Require(index, inputs_, "input");
    return static_cast<MoirValue>(index) + 1;
  }
  MoirValue Output(MoirNode, size_t index) override {
    Require(index, outputs_, "output");
    return static_cast<MoirValue>(inputs_.size() + index) + 1;
  }
  ExtensionTensor Describe(MoirValue value) override {
    const auto count = static_cast<int64_t>(inputs_.size());
    if (value < 1 || value > count + static_cast<int64_t>(outputs_.size()))
      Fail(ErrorKind::kBadModel, value, " is the number of no value");
    const auto index = static_cast<size_t>(value) - 1;
    const PlanValue& of = value <= count ? layer_.Input(index) : layer_.Output(index - inputs_.size());
    ExtensionTensor tensor{of.type, of.shape, nullptr};
    if (of.IsConstant()) tensor.data = const_cast<void*>(of.constant.Data());
    return tensor;
  }
  int32_t MaxIsa() override { return static_cast<int32_t>(EffectiveIsa()); }
  void SetInputLayout(size_t index, int32_t layout) override {
    Require(index, inputs_, "input");
    if (layer_.Input(index).IsConstant() && layout != MOIR_LAYOUT_PLAIN)
      Fail(ErrorKind::kBadModel, "set_input_layout: input ", index, " is a constant, which is always plain");
    inputs_[index] = MakeLayout(layout, layer_.Input(index));
  }
  void SetOutputLayout(size_t index, int32_t layout) override {
    Require(index, outputs_, "output");
    outputs_[index] = MakeLayout(layout, layer_.Output(index));
  }
  void SkipInput(size_t index) override {
    Require(index, inputs_, "input");
    inputs_[index] = Layout();
  }
  const std::vector<Layout>& Inputs() const { return inputs_; }
  const std::vector<Layout>& Outputs() const { return outputs_; }

 private:
  static void Require(size_t index, const std::vector<Layout>& list, std::string_view what) {
    if (index >= list.size()) Fail(ErrorKind::kBadModel, what, " ", index, " of a layer that has ", list.size());
  }
  static Layout MakeLayout(int32_t layout, const PlanValue& value) {
    if (layout == MOIR_LAYOUT_PLAIN) return Layout::Plain(value.type, value.shape);
    if (layout != MOIR_LAYOUT_CHANNELS_LAST)
      Fail(ErrorKind::kBadModel, "layout: got the number ", layout, ", expected MOIR_LAYOUT_...");
    if (value.shape.Rank() < 3 || value.shape.Rank() > 5)
      Fail(ErrorKind::kBadModel, "layout: a value of shape ", value.shape,
           " has no channels last, expected rank 3 to 5");
    return Layout::ChannelsLast(value.type, value.shape);
  }

  const KernelContext& layer_;
  std::vector<Layout> inputs_, outputs_;
};

// What a kernel sees when it runs.
class RunContext final : public graph::GraphContext {
 public:
  RunContext(const Node& node, const std::vector<ExtensionTensor>& inputs, const std::vector<ExtensionTensor>& outputs,
             const Binding& memory)
      : GraphContext(const_cast<Node*>(&node)), inputs_(inputs), outputs_(outputs), memory_(memory) {}
  ExtensionTensor InputTensor(size_t index) override {
    ExtensionTensor tensor = graph::EvaluateContext::At(inputs_, index, "input");
    tensor.data = memory_.inputs[index];
    return tensor;
  }
  ExtensionTensor OutputTensor(size_t index) override {
    ExtensionTensor tensor = graph::EvaluateContext::At(outputs_, index, "output");
    tensor.data = memory_.outputs[index];
    return tensor;
  }
  void ParallelFor(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body) override {
    runtime::ParallelFor(count, grain, body);
  }
  int32_t MaxIsa() override { return static_cast<int32_t>(EffectiveIsa()); }

 private:
  const std::vector<ExtensionTensor>& inputs_;
  const std::vector<ExtensionTensor>& outputs_;
  const Binding& memory_;
};

// The plug-in's kernel, destroyed with the last model that uses it.
std::shared_ptr<const MoirKernel> Own(const MoirKernel& kernel) {
  return std::shared_ptr<const MoirKernel>(new MoirKernel(kernel), [](const MoirKernel* owned) {
    if (owned->destroy) {
      try {
        owned->destroy(owned->state);
      } catch (...) {
        // Nobody is there to be told; the model is gone.
      }
    }
    delete owned;
  });
}

[[noreturn]] void Refuse(const Layer& layer, const Error& error) {
  throw Error(error.Kind(), StrCat("node \"", layer.name, "\" (", layer.op, "): ", error.what()));
}

}  // namespace

std::optional<KernelChoice> MakeExtensionKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const graph::ExtensionOperator* op = graph::FindExtensionOperator(layer.op);
  if (!op || !op->functions.create_kernel || !layer.post_ops.empty() || layer.bias != 0) return std::nullopt;
  CreateContext create(context);
  MoirKernel made{};
  MoirStatus status = MOIR_DECLINED;
  try {
    status = create.Run(op->library, "create_kernel", [&](const MoirHost* host, MoirContext* self) {
      return op->functions.create_kernel(op->functions.user, host, self, &made);
    });
  } catch (const Error& error) {
    Refuse(layer, error);
  }
  if (status == MOIR_DECLINED) return std::nullopt;
  if (!made.run) Refuse(layer, Error(ErrorKind::kBadModel, op->library + ": create_kernel: it made no function run"));
  std::vector<ExtensionTensor> inputs, outputs;
  for (size_t i = 0; i < context.InputCount(); ++i) inputs.push_back({context.Input(i).type, context.InputShape(i)});
  for (size_t i = 0; i < layer.outputs.size(); ++i) outputs.push_back({context.Output(i).type, context.OutputShape(i)});
  KernelChoice choice;
  choice.inputs = create.Inputs();
  choice.outputs = create.Outputs();
  choice.kernel =
      MakeKernel("extension", [op, kernel = Own(made), inputs = std::move(inputs), outputs = std::move(outputs),
                               node = layer.node, name = layer.name](const Binding& memory) {
        RunContext run(*node, inputs, outputs, memory);
        try {
          run.Run(op->library, "run",
                  [&](const MoirHost* host, MoirContext* self) { return kernel->run(kernel->state, host, self); });
        } catch (const Error& error) {
          throw Error(error.Kind(), StrCat("node \"", name, "\" (", op->name, "): ", error.what()));
        }
      });
  return choice;
}

}  // namespace moir::runtime

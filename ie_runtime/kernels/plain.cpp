// The plain evaluation of the graph library as a kernel: for operators and types that no other kernel serves. What the
// passes fused into the layer runs as a chain over the result.
#include <cstring>

#include "graph/evaluate.h"
#include "graph/op_schema.h"
#include "ie_runtime/kernel_table.h"
#include "ie_runtime/kernels/chain.h"

namespace moir::runtime {
namespace {

std::optional<Chain> FinishingChain(const KernelContext& context, const Layout& output) {
  const Layer& layer = context.GetLayer();
  if (layer.post_ops.empty() && layer.bias == 0) return std::nullopt;
  const auto view = output.Channels();
  Chain chain(view ? *view : ChannelView{1, 1, output.Shape().NumElements(), 1, 1});
  if (layer.bias != 0) {
    const std::vector<float> bias = ConstantFloats(context.Input(layer.bias));
    chain.AddScaleShift(std::vector<float>(bias.size(), 1.0f), bias);
  }
  chain.AddPostOps(context);
  return chain;
}

}  // namespace

KernelChoice MakePlainKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  Check(layer.node != nullptr && layer.op == layer.node->Op() && layer.extra_pads_begin.empty(), "layer \"", layer.name,
        "\" (", layer.op, ") has no plain evaluation");
  if (!layer.node->Schema().evaluate) {
    Fail(ErrorKind::kUnsupported, "node \"", layer.name, "\": the engine has no kernel for operator ", layer.op);
  }
  KernelChoice choice;
  for (size_t i = 0; i < layer.inputs.size(); ++i) choice.inputs.push_back(context.PlainInput(i));
  for (size_t i = 0; i < layer.outputs.size(); ++i) choice.outputs.push_back(context.PlainOutput(i));
  const Node* node = layer.node;
  choice.kernel = MakeKernel("plain", [node, inputs = choice.inputs, sums = SumInputs(layer),
                                       chain = FinishingChain(context, choice.outputs[0])](const Binding& memory) {
    std::vector<Tensor> arguments;
    for (size_t i = 0; i < node->InputCount(); ++i)
      arguments.push_back(Tensor::Wrap(memory.inputs[i], inputs[i].Type(), inputs[i].Shape()));
    const std::vector<Tensor> results = graph::EvaluateNode(*node, arguments);
    for (size_t i = 0; i < results.size(); ++i)
      std::memcpy(memory.outputs[i], results[i].Data(), results[i].ByteSize());
    if (!chain) return;
    std::vector<const float*> operands;
    for (const size_t input : sums) operands.push_back(reinterpret_cast<const float*>(memory.inputs[input]));
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    chain->Run(dst, dst, operands);
  });
  return choice;
}

std::optional<KernelChoice> MakeEmptyKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  bool all_outputs = true, any_input = false;
  for (size_t i = 0; i < layer.outputs.size(); ++i)
    all_outputs = all_outputs && context.OutputShape(i).NumElements() == 0;
  for (size_t i = 0; i < layer.inputs.size(); ++i) any_input = any_input || context.InputShape(i).NumElements() == 0;
  if (!all_outputs) return any_input ? std::optional<KernelChoice>(MakePlainKernel(context)) : std::nullopt;
  KernelChoice choice;
  choice.inputs.resize(layer.inputs.size());  // undefined: not read
  for (size_t i = 0; i < layer.outputs.size(); ++i) choice.outputs.push_back(context.PlainOutput(i));
  choice.kernel = MakeKernel("nothing", [](const Binding&) {});
  return choice;
}

}  // namespace moir::runtime

// The plain evaluation of the graph library as a kernel: for operators and types that no other kernel serves.
#include <cstring>

#include "graph/evaluate.h"
#include "graph/op_schema.h"
#include "ie_runtime/kernel_table.h"

namespace moir::runtime {

KernelChoice MakePlainKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  Check(layer.node != nullptr && layer.post_ops.empty() && layer.bias == 0 && layer.op == layer.node->Op(), "layer \"", layer.name, "\" (", layer.op,
        ") has no plain evaluation");
  if (!layer.node->Schema().evaluate) {
    Fail(ErrorKind::kUnsupported, "node \"", layer.name, "\": the engine has no kernel for operator ", layer.op);
  }
  KernelChoice choice;
  for (size_t i = 0; i < layer.inputs.size(); ++i) choice.inputs.push_back(context.PlainInput(i));
  for (size_t i = 0; i < layer.outputs.size(); ++i) choice.outputs.push_back(context.PlainOutput(i));
  const Node* node = layer.node;
  choice.kernel = MakeKernel("plain", [node, inputs = choice.inputs](const Binding& memory) {
    std::vector<Tensor> arguments;
    for (size_t i = 0; i < inputs.size(); ++i) arguments.push_back(Tensor::Wrap(memory.inputs[i], inputs[i].Type(), inputs[i].Shape()));
    const std::vector<Tensor> results = graph::EvaluateNode(*node, arguments);
    for (size_t i = 0; i < results.size(); ++i) std::memcpy(memory.outputs[i], results[i].Data(), results[i].ByteSize());
  });
  return choice;
}

}  // namespace moir::runtime

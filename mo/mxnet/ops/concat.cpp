// Concat along `dim`, default 1.  stack: along a new axis, default 0.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

std::vector<Value> AllInputs(NodeConverter& node) {
  const int64_t stated = node.Attrs().Int("num_args", static_cast<int64_t>(node.InputCount()));
  if (stated != static_cast<int64_t>(node.InputCount()) || stated < 1)
    node.Attrs().Refuse("num_args", StrCat("the ", node.InputCount(), " inputs of the node"));
  std::vector<Value> inputs;
  for (size_t i = 0; i < node.InputCount(); ++i) inputs.push_back(node.Input(i));
  return inputs;
}

}  // namespace

void ConvertConcat(NodeConverter& node) {
  std::vector<Value> inputs = AllInputs(node);
  const int64_t axis = node.Axis(node.Attrs().Int("dim", 1), inputs[0].Shape().Rank(), "dim");
  if (inputs.size() == 1) return node.Output(inputs[0]);
  node.Output(node.Add("Concat", std::move(inputs), {{"axis", axis}}));
}

void ConvertStack(NodeConverter& node) {
  std::vector<Value> inputs = AllInputs(node);
  const int64_t axis = node.Axis(node.Attrs().Int("axis", 0), inputs[0].Shape().Rank() + 1);
  for (size_t i = 0; i < inputs.size(); ++i)
    inputs[i] = node.Add("Unsqueeze", {inputs[i], node.Indices({axis}, "axis")});
  node.Output(inputs.size() == 1 ? inputs[0] : node.Add("Concat", std::move(inputs), {{"axis", axis}}));
}

}  // namespace moir::mo

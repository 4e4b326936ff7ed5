// FullyConnected: y = x W^T + b, where x is the data as [N, everything else] or, with flatten false, its last axis.
// in 0: data.  in 1: weight [num_hidden, K].  in 2: bias [num_hidden] unless no_bias.
//
// LSoftmax, of a plug-in for training with large margins, is the same without a bias at inference: its margin is
// applied to the classes of the labels.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertFullyConnected(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const int64_t hidden = attrs.Int("num_hidden");
  if (hidden < 1) attrs.Refuse("num_hidden", "a positive number");
  const bool no_bias = attrs.Bool("no_bias", false);
  const bool flatten = attrs.Bool("flatten", true);
  node.RequireInputs(no_bias ? 2 : 3);
  Value data = node.Input(0);
  node.Require(data.Shape().Rank() >= 1, "data without axes");
  if (flatten) data = node.Flatten(data);
  const int64_t inputs = data.Shape()[data.Shape().Rank() - 1];
  const bool vector = data.Shape().Rank() == 1;
  if (vector) data = node.Reshape(data, {1, -1}, "row");
  Value y = node.Add("MatMul", {data, node.Weight(1, {hidden, inputs}, data.Type())}, {{"transpose_b", true}});
  if (!no_bias) y = node.Add("Add", {y, node.Weight(2, {hidden}, data.Type())}, {}, "biased");
  node.Output(vector ? node.Reshape(y, {hidden}, "vector") : y);
}

void ConvertLSoftmax(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  attrs.Ignore({"margin", "beta", "beta_min", "scale", "grad_norm", "verbose", "eps"});
  const int64_t hidden = attrs.Int("num_hidden");
  if (hidden < 1) attrs.Refuse("num_hidden", "a positive number");
  node.RequireInputs(2, 3);
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 2, "data of shape ", data.Shape(), ": expected [N,K]");
  node.Output(
      node.Add("MatMul", {data, node.Weight(1, {hidden, data.Shape()[1]}, data.Type())}, {{"transpose_b", true}}));
  node.Note(StrCat("training head \"", node.Name(), "\" (LSoftmax) became FullyConnected without its margin"));
}

}  // namespace moir::mo

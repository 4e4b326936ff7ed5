// softmax, softmin, log_softmax: exp(x / temperature) over its sum along `axis`.
// SoftmaxActivation: over axis 1 (mode channel) or over the last axis (mode instance, the default).
// SoftmaxOutput at inference: over axis 1 with multi_output, over the last axis with preserve_shape, otherwise over all
// axes but the first.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

Value SoftmaxAlong(NodeConverter& node, Value data, int64_t axis) {
  return node.Add("Softmax", {data}, {{"axis", axis}});
}

// Over all axes but the first, as one.
Value SoftmaxFlattened(NodeConverter& node, Value data) {
  const Shape& shape = data.Shape();
  const int64_t rank = shape.Rank();
  if (rank == 1) return SoftmaxAlong(node, data, 0);
  int64_t longest = 1;
  for (int64_t axis = 1; axis < rank; ++axis) longest = shape[axis] > shape[longest] ? axis : longest;
  if (shape.NumElements(1, rank) == shape[longest]) return SoftmaxAlong(node, data, longest);
  std::vector<int64_t> back = shape.Dims();
  back[0] = 0;
  return node.Reshape(SoftmaxAlong(node, node.Flatten(data), 1), back, "unflatten");
}

}  // namespace

void ConvertSoftmax(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  if (attrs.OptionalBool("use_length").value_or(false))
    node.Unsupported("attribute use_length: softmax over part of an axis");
  node.RequireInputs(1);
  Value data = node.Input(0);
  const double temperature = attrs.OptionalDouble("temperature").value_or(1.0);
  const std::optional<ElementType> type = attrs.OptionalDType("dtype");
  const int64_t axis = node.Axis(attrs.Int("axis", -1), data.Shape().Rank());
  if (temperature != 1.0) data = node.Add("Divide", {data, node.Scalar(temperature, data.Type(), "temperature")});
  if (node.Op() == "softmin") data = node.Add("Negative", {data});
  const Value y =
      node.Op() == "log_softmax" ? node.Add("LogSoftmax", {data}, {{"axis", axis}}) : SoftmaxAlong(node, data, axis);
  node.Output(type ? node.Convert(y, *type) : y);
}

void ConvertSoftmaxActivation(NodeConverter& node) {
  node.RequireInputs(1);
  const std::string mode = node.Attrs().OneOf("mode", "instance", {"channel", "instance"});
  const Value data = node.Input(0);
  if (mode == "channel") {
    node.Require(data.Shape().Rank() >= 3, "data of shape ", data.Shape(),
                 ": expected at least 3 axes for mode channel");
    node.Output(SoftmaxAlong(node, data, 1));
  } else {
    node.Output(SoftmaxAlong(node, data, data.Shape().Rank() - 1));
  }
}

void ConvertSoftmaxOutput(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  node.RequireInputs(1, 2);
  const bool multi_output = attrs.Bool("multi_output", false);
  const bool preserve_shape = attrs.Bool("preserve_shape", false);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  if (multi_output && rank > 1) {
    node.Output(SoftmaxAlong(node, data, 1));
  } else if (preserve_shape) {
    node.Output(SoftmaxAlong(node, data, rank - 1));
  } else {
    node.Output(SoftmaxFlattened(node, data));
  }
  node.Note(StrCat("training head \"", node.Name(), "\" (SoftmaxOutput) became Softmax"));
}

// WarpCTC gives the softmax of its [T * N, alphabet] data.
void ConvertWarpCtc(NodeConverter& node) {
  node.Attrs().Ignore({"label_length", "input_length"});
  const Value data = node.Input(0);
  node.Output(SoftmaxAlong(node, data, data.Shape().Rank() - 1));
  node.Note(StrCat("training head \"", node.Name(), "\" (WarpCTC) became Softmax"));
}

}  // namespace moir::mo

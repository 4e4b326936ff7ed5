// softmax, softmin, log_softmax: exp(x / temperature) over its sum along `axis`.
// SoftmaxActivation: over axis 1 (mode channel) or over the last axis (mode instance, the default).
// SoftmaxOutput at inference: over axis 1 with multi_output, over the last axis with preserve_shape, otherwise over all
// axes but the first.
#include <limits>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

Value SoftmaxAlong(NodeConverter& node, Value data, int64_t axis) {
  return node.Add("Softmax", {data}, {{"axis", axis}});
}

// Over the first elements along the axis, as many as input 1 says; the others are 0. A length of 0 leaves only zeros.
Value SoftmaxOfLength(NodeConverter& node, Value data, int64_t axis) {
  const Value lengths = node.Input(1);
  const Shape& shape = data.Shape();
  std::vector<int64_t> rest = shape.Dims(), along(static_cast<size_t>(shape.Rank()), 1), kept = rest;
  rest.erase(rest.begin() + axis);
  kept[static_cast<size_t>(axis)] = 1;
  along[static_cast<size_t>(axis)] = shape[axis];
  if (rest.empty()) rest.push_back(1);  // MXNet has no scalars
  node.Require(IsInteger(lengths.Type()) && lengths.Shape() == Shape(rest), "length of ", lengths.Type(), " ",
               lengths.Shape(), ": expected integers of shape ", Shape(rest));
  const Value positions = node.Constant(
      Tensor::FromValues<int64_t>(Shape(along), AxisRange(0, shape[axis])).ConvertTo(ElementType::kI32), "positions");
  const Value ends = node.Reshape(node.Convert(lengths, ElementType::kI32, "lengths"), kept, "ends");
  const Value inside = node.Add("Less", {positions, ends}, {}, "inside");
  // exp(-inf) adds nothing to the sum; an empty row, which has none, is cleared.
  const Value lowest = node.Scalar(-std::numeric_limits<double>::infinity(), data.Type(), "lowest");
  const Value masked = node.Add("Select", {inside, data, lowest}, {}, "masked");
  const Value y = SoftmaxAlong(node, masked, axis);
  return node.Add("Select", {inside, y, node.Scalar(0, data.Type(), "zero")}, {}, "cleared");
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
  const bool use_length = attrs.OptionalBool("use_length").value_or(false);
  // MXNet itself refuses the length for the other two.
  if (use_length && node.Op() != "softmax") attrs.Refuse("use_length", "False");
  node.RequireInputs(use_length ? 2 : 1);
  Value data = node.Input(0);
  const double temperature = attrs.OptionalDouble("temperature").value_or(1.0);
  const std::optional<ElementType> type = attrs.OptionalDType("dtype");
  const int64_t axis = node.Axis(attrs.Int("axis", -1), data.Shape().Rank());
  if (temperature != 1.0) data = node.Add("Divide", {data, node.Scalar(temperature, data.Type(), "temperature")});
  if (node.Op() == "softmin") data = node.Add("Negative", {data});
  if (use_length) {
    const Value y = SoftmaxOfLength(node, data, axis);
    return node.Output(type ? node.Convert(y, *type) : y);
  }
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

// Sequences along `axis` (0, the default, or 1), with the batch along the other one of the two; input 1 holds the
// length of each sequence when use_sequence_length is set, otherwise all are as long as the axis.
//   SequenceMask: `value`, default 0, behind the end of each sequence
//   SequenceLast: the last element of each sequence
//   SequenceReverse: each sequence reversed, what follows it stays (axis 0 only)
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

struct Sequences {
  Value data;
  int64_t axis, batch_axis, length, batch;
  Value lengths;  // null when all sequences are as long as the axis
};

Sequences ReadSequences(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const bool given = attrs.Bool("use_sequence_length", false);
  const int64_t axis = attrs.Int("axis", 0);
  node.RequireInputs(given ? 2 : 1);
  const Value data = node.Input(0);
  const bool one_axis_only = node.Op() == "SequenceReverse";
  if (axis != 0 && (axis != 1 || one_axis_only)) attrs.Refuse("axis", one_axis_only ? "0" : "0 or 1");
  node.Require(data.Shape().Rank() >= 2, "data of shape ", data.Shape(), ": expected at least 2 axes");
  Sequences result{data, axis, 1 - axis, data.Shape()[axis], data.Shape()[1 - axis], {}};
  if (!given) return result;
  Value lengths = node.Input(1);
  node.Require(lengths.Shape() == Shape{result.batch}, "sequence_length of shape ", lengths.Shape(), ": expected ",
               Shape{result.batch});
  result.lengths = lengths.Type() == ElementType::kI64 ? lengths : node.Convert(lengths, ElementType::kI32, "lengths");
  return result;
}

Tensor Counting(int64_t count, ElementType type, const Shape& shape) {
  const std::vector<int64_t> numbers = AxisRange(0, count);
  return Tensor::FromValues<int64_t>(shape, numbers).ConvertTo(type);
}

}  // namespace

void ConvertSequenceMask(NodeConverter& node) {
  const Sequences in = ReadSequences(node);
  const double value = node.Attrs().Double("value", 0.0);
  if (!in.lengths) return node.Output(in.data);
  std::vector<int64_t> along(static_cast<size_t>(in.data.Shape().Rank()), 1), across = along;
  along[static_cast<size_t>(in.axis)] = in.length;
  across[static_cast<size_t>(in.batch_axis)] = in.batch;
  const Value positions = node.Constant(Counting(in.length, in.lengths.Type(), Shape(along)), "positions");
  const Value inside = node.Add("Less", {positions, node.Reshape(in.lengths, across, "ends")}, {}, "inside");
  node.Output(node.Add("Select", {inside, in.data, node.Scalar(value, in.data.Type(), "value")}));
}

void ConvertSequenceLast(NodeConverter& node) {
  const Sequences in = ReadSequences(node);
  if (!in.lengths)
    return node.Output(node.Add("Gather", {in.data, node.Index(in.length - 1, "last"), node.Index(in.axis)}));
  const ElementType type = in.lengths.Type();
  const Value last = node.Add("Subtract", {in.lengths, node.Scalar(1, type, "one")}, {}, "last");
  const Value time = node.Reshape(last, {-1, 1}, "time");
  const Value row = node.Constant(Counting(in.batch, type, Shape{in.batch, 1}), "rows");
  const std::vector<Value> coordinates = in.axis == 0 ? std::vector<Value>{time, row} : std::vector<Value>{row, time};
  node.Output(node.Add("GatherND", {in.data, node.Add("Concat", coordinates, {{"axis", int64_t{1}}}, "coordinates")}));
}

void ConvertSequenceReverse(NodeConverter& node) {
  const Sequences in = ReadSequences(node);
  const Value lengths = in.lengths
                            ? in.lengths
                            : node.Constant(Tensor::FromValues<int32_t>(
                                                Shape{in.batch}, std::vector<int32_t>(static_cast<size_t>(in.batch),
                                                                                      static_cast<int32_t>(in.length))),
                                            "lengths");
  node.Output(node.Add("ReverseSequence", {in.data, lengths}, {{"batch_axis", in.batch_axis}, {"seq_axis", in.axis}}));
}

}  // namespace moir::mo

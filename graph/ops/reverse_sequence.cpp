// ReverseSequence: the first elements of each sequence of a batch in reverse order, the others where they are.
//   y[.., b, .., t, ..] = x[.., b, .., t < lengths[b] ? lengths[b] - 1 - t : t, ..]
// in 0: data.  in 1: lengths, one number per element of the batch axis, from 0 to the size of the sequence axis
// (fractions are cut off).  out 0: same as data.  attr batch_axis: int, default 0.  attr seq_axis: int, default 1.
#include <algorithm>

#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  op.Require(op.InputType(1) != ElementType::kBool, "element type of lengths", op.InputType(1), "a number type");
  const int64_t batch_axis = data.NormalizeAxis(op.Attr<int64_t>("batch_axis"));
  const int64_t seq_axis = data.NormalizeAxis(op.Attr<int64_t>("seq_axis"));
  op.Require(batch_axis != seq_axis, "seq_axis", seq_axis, "another axis than batch_axis");
  op.Require(op.InputShape(1) == Shape{data[batch_axis]}, "shape of lengths", op.InputShape(1),
             Shape{data[batch_axis]}.ToString());
  op.SetOutput(0, data);
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t batch_axis = shape.NormalizeAxis(op.Attr<int64_t>("batch_axis"));
  const int64_t seq_axis = shape.NormalizeAxis(op.Attr<int64_t>("seq_axis"));
  const int64_t last = std::max(batch_axis, seq_axis);
  const std::vector<int64_t> strides = shape.Strides();
  const int64_t batch_stride = strides[static_cast<size_t>(batch_axis)];
  const int64_t seq_stride = strides[static_cast<size_t>(seq_axis)];
  const int64_t blocks = shape.NumElements(0, last + 1), inner = shape.NumElements(last + 1, shape.Rank());
  const std::vector<int64_t> lengths = op.Input(1).ToVector<int64_t>();
  for (const int64_t length : lengths) {
    if (length < 0 || length > shape[seq_axis])
      Fail(ErrorKind::kBadModel, "length ", length, " is outside [0, ", shape[seq_axis], "]");
  }
  auto* dst = static_cast<std::byte*>(op.Output().MutableData());
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t at = block * inner;
    const int64_t t = at / seq_stride % shape[seq_axis];
    const int64_t length = lengths[static_cast<size_t>(at / batch_stride % shape[batch_axis])];
    CopyElements(op.Input(0), at + (t < length ? length - 1 - 2 * t : 0) * seq_stride, dst, at, inner);
  }
}

}  // namespace

OpSchema ReverseSequenceSchema() {
  return {.name = "ReverseSequence",
          .inputs = {"data", "lengths"},
          .attributes = {{"batch_axis", int64_t{0}}, {"seq_axis", int64_t{1}}},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

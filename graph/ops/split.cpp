// Split: num_splits equal pieces of the data along an axis.
// in 0: data.  in 1: axis, one integer.  out 0..num_splits-1: the pieces.
// VariadicSplit: pieces of given lengths.  in 2: split_lengths; one of them may be -1, the rest of the axis.
#include <algorithm>

#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

int64_t StaticAxis(InferContext& op) {
  const std::vector<int64_t> axis = op.StaticIndices(1);
  op.Require(axis.size() == 1, "axis", FormatAttribute(axis), "one integer");
  return op.InputShape(0).NormalizeAxis(axis[0]);
}

void InferEqual(InferContext& op) {
  Shape piece = op.InputShape(0);
  const int64_t axis = StaticAxis(op);
  const int64_t count = op.Attr<int64_t>("num_splits");
  op.Require(count > 0 && piece[axis] % count == 0, "num_splits", count,
             StrCat("a divisor of the size of axis ", axis, " of ", piece));
  piece[axis] /= count;
  for (int64_t i = 0; i < count; ++i) op.SetOutput(static_cast<size_t>(i), piece);
}

void InferVariadic(InferContext& op) {
  Shape piece = op.InputShape(0);
  const int64_t axis = StaticAxis(op);
  const int64_t size = piece[axis];
  std::vector<int64_t> lengths = op.StaticIndices(2);
  int64_t sum = 0, open = 0;
  for (const int64_t length : lengths) (length == -1 ? open : sum) += length == -1 ? 1 : length;
  const bool valid = open <= 1 && (open == 1 ? sum <= size : sum == size) &&
                     std::all_of(lengths.begin(), lengths.end(), [](int64_t length) { return length >= -1; });
  op.Require(valid, "split_lengths", FormatAttribute(lengths), StrCat("lengths that add up to ", size));
  for (size_t i = 0; i < lengths.size(); ++i) {
    piece[axis] = lengths[i] == -1 ? size - sum : lengths[i];
    op.SetOutput(i, piece);
  }
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t axis = shape.NormalizeAxis(op.Input(1).ToVector<int64_t>().at(0));
  const std::vector<int64_t> strides = shape.Strides();
  int64_t first = 0;
  for (size_t i = 0; i < op.OutputCount(); ++i) {
    CopyStrided(op.Input(0), first, strides, op.Output(i));
    first += op.Output(i).Shape()[axis] * strides[static_cast<size_t>(axis)];
  }
}

}  // namespace

OpSchema SplitSchema() {
  return {.name = "Split",
          .inputs = {"data", "axis"},
          .attributes = {RequiredAttribute<int64_t>("num_splits")},
          .outputs = 0,
          .infer = InferEqual,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

OpSchema VariadicSplitSchema() {
  return {.name = "VariadicSplit",
          .inputs = {"data", "axis", "split_lengths"},
          .outputs = 0,
          .infer = InferVariadic,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

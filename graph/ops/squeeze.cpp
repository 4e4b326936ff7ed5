// Squeeze removes axes of size 1: those listed in input 1, or all when there is no input 1.
// Unsqueeze inserts axes of size 1 where input 1 says, counted in the result.
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

// The axes as marks over `rank` axes; refuses what lies outside or comes twice.
std::vector<bool> MarkAxes(InferContext& op, int64_t rank) {
  const std::vector<int64_t> axes = op.StaticIndices(1);
  std::vector<bool> marks(static_cast<size_t>(rank), false);
  for (const int64_t axis : axes) {
    op.Require(axis >= -rank && axis < rank, "axes", FormatAttribute(axes),
               StrCat("values in [", -rank, ", ", rank, ")"));
    const auto k = static_cast<size_t>(axis < 0 ? axis + rank : axis);
    op.Require(!marks[k], "axes", FormatAttribute(axes), "every axis once");
    marks[k] = true;
  }
  return marks;
}

void InferSqueeze(InferContext& op) {
  const Shape& data = op.InputShape(0);
  std::vector<int64_t> dims;
  if (op.InputCount() < 2) {
    for (const int64_t size : data) {
      if (size != 1) dims.push_back(size);
    }
  } else {
    const std::vector<bool> marks = MarkAxes(op, data.Rank());
    for (int64_t i = 0; i < data.Rank(); ++i) {
      if (!marks[static_cast<size_t>(i)]) dims.push_back(data[i]);
      else op.Require(data[i] == 1, StrCat("size of axis ", i), data[i], "1");
    }
  }
  op.SetOutput(0, Shape(std::move(dims)));
}

void InferUnsqueeze(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const std::vector<bool> marks = MarkAxes(op, data.Rank() + static_cast<int64_t>(op.StaticIndices(1).size()));
  std::vector<int64_t> dims;
  int64_t next = 0;
  for (const bool inserted : marks) dims.push_back(inserted ? 1 : data[next++]);
  op.SetOutput(0, Shape(std::move(dims)));
}

void Evaluate(EvalContext& op) { op.Output() = op.Input(0).Reshaped(op.Output().Shape()); }

}  // namespace

OpSchema SqueezeSchema() {
  return {.name = "Squeeze",
          .inputs = {"data", OptionalInput("axes")},
          .infer = InferSqueeze,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

OpSchema UnsqueezeSchema() {
  return {.name = "Unsqueeze",
          .inputs = {"data", "axes"},
          .infer = InferUnsqueeze,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

// Reshape: the same elements in the same order under another shape.
// in 0: data.  in 1: pattern, integers: a size, -1 once for what is left over, and with special_zero 0 for the size of
// the data's axis at the same position.
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  std::vector<int64_t> dims = op.StaticIndices(1);
  const std::string pattern = FormatAttribute(dims);
  const bool special_zero = op.Attr<bool>("special_zero");
  std::optional<size_t> open;
  int64_t known = 1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && special_zero) {
      op.Require(static_cast<int64_t>(i) < data.Rank(), "pattern", pattern,
                 StrCat("zeros only for axes of the data ", data));
      dims[i] = data[static_cast<int64_t>(i)];
    }
    if (dims[i] == -1) {
      op.Require(!open, "pattern", pattern, "at most one -1");
      open = i;
      continue;
    }
    op.Require(dims[i] >= 0, "pattern", pattern, "sizes, 0 or -1");
    op.Require(!__builtin_mul_overflow(known, dims[i], &known), "pattern", pattern,
               "a number of elements within 63 bits");
  }
  const int64_t count = data.NumElements();
  if (open) {
    op.Require(known > 0 && count % known == 0, "pattern", pattern,
               StrCat("one that holds the ", count, " elements of ", data));
    dims[*open] = count / known;
  } else {
    op.Require(known == count, "pattern", pattern, StrCat("one that holds the ", count, " elements of ", data));
  }
  op.SetOutput(0, Shape(std::move(dims)));
}

}  // namespace

OpSchema ReshapeSchema() {
  return {.name = "Reshape",
          .inputs = {"data", "pattern"},
          .attributes = {{"special_zero", false}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) { op.Output() = op.Input(0).Reshaped(op.Output().Shape()); },
          .evaluates_any_type = true};
}

}  // namespace moir::graph

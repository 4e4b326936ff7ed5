// OneHot: on_value where the position along a new axis equals the index, off_value elsewhere. Indices outside [0,
// depth) give off_value everywhere. in 0: indices, integers.  in 1: depth, one integer.  in 2, 3: on_value, off_value,
// scalars of one type. attr axis: int, default -1: where the new axis stands in the result.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& indices = op.InputShape(0);
  op.Require(IsInteger(op.InputType(0)), "element type of indices", op.InputType(0), "an integer type");
  const std::vector<int64_t> depth = op.StaticIndices(1);
  op.Require(depth.size() == 1 && depth[0] >= 0, "depth", FormatAttribute(depth), "one number from 0");
  op.RequireSameType(2, 3);
  op.Require(op.InputShape(2).NumElements() == 1 && op.InputShape(3).NumElements() == 1,
             "shapes of on_value and off_value", StrCat(op.InputShape(2), ", ", op.InputShape(3)), "scalars");
  const int64_t rank = indices.Rank() + 1;
  int64_t axis = op.Attr<int64_t>("axis");
  op.Require(axis >= -rank && axis < rank, "axis", axis, StrCat("a value in [", -rank, ", ", rank, ")"));
  if (axis < 0) axis += rank;
  std::vector<int64_t> dims = indices.Dims();
  dims.insert(dims.begin() + axis, depth[0]);
  op.SetOutput(0, op.InputType(2), Shape(std::move(dims)));
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Output().Shape();
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  const int64_t outer = shape.NumElements(0, axis), depth = shape[axis],
                inner = shape.NumElements(axis + 1, shape.Rank());
  const std::vector<int64_t> indices = op.Input(0).ToVector<int64_t>();
  DispatchWidth(op.Output().Type(), [&](auto tag) {
    using T = decltype(tag);
    const T on = *static_cast<const T*>(op.Input(2).Data());
    const T off = *static_cast<const T*>(op.Input(3).Data());
    T* dst = static_cast<T*>(op.Output().MutableData());
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t d = 0; d < depth; ++d) {
        for (int64_t i = 0; i < inner; ++i) *dst++ = indices[static_cast<size_t>(o * inner + i)] == d ? on : off;
      }
    }
  });
}

}  // namespace

OpSchema OneHotSchema() {
  return {.name = "OneHot",
          .inputs = {"indices", "depth", "on_value", "off_value"},
          .attributes = {{"axis", int64_t{-1}}},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

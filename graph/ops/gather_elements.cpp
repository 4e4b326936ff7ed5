// GatherElements: one element per index, picked along an axis.
//   y[p0, .., pn] = data[p0, .., indices[p0, .., pn], .., pn]     (the index stands at the axis)
// in 0: data.  in 1: indices, integers, of the data's shape except along the axis; negative ones count from the end,
// others outside the axis are an error.  out 0: the data's type, the shape of indices.  attr axis: int.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape& indices = op.InputShape(1);
  op.Require(IsInteger(op.InputType(1)), "element type of indices", op.InputType(1), "an integer type");
  const int64_t axis = data.NormalizeAxis(op.Attr<int64_t>("axis"));
  bool fits = indices.Rank() == data.Rank();
  for (int64_t i = 0; fits && i < data.Rank(); ++i) fits = i == axis || indices[i] == data[i];
  op.Require(fits, "shape of indices", indices, StrCat("that of the data, ", data, ", except along axis ", axis));
  op.SetOutput(0, indices);
}

void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& shape = op.Output().Shape();
  const int64_t axis = data.NormalizeAxis(op.Attr<int64_t>("axis"));
  const int64_t size = data[axis], picks = shape[axis], inner = data.NumElements(axis + 1, data.Rank());
  const std::vector<int64_t> indices = op.Input(1).ToVector<int64_t>();
  DispatchWidth(op.Output().Type(), [&](auto tag) {
    using T = decltype(tag);
    const T* src = static_cast<const T*>(op.Input(0).Data());
    T* dst = static_cast<T*>(op.Output().MutableData());
    for (int64_t i = 0; i < static_cast<int64_t>(indices.size()); ++i) {
      const int64_t index = indices[static_cast<size_t>(i)];
      if (index < -size || index >= size)
        Fail(ErrorKind::kBadModel, "index ", index, " is outside the ", size, " elements of axis ", axis);
      const int64_t outer = i / (picks * inner);
      dst[i] = src[(outer * size + (index < 0 ? index + size : index)) * inner + i % inner];
    }
  });
}

}  // namespace

OpSchema GatherElementsSchema() {
  return {.name = "GatherElements",
          .opset = "opset6",
          .inputs = {"data", "indices"},
          .attributes = {RequiredAttribute<int64_t>("axis")},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

// ScatterElementsUpdate: the data with elements replaced along an axis; of several for one place the last one counts.
//   y = data;  y[p0, .., indices[p0, .., pn], .., pn] = updates[p0, .., pn]     (the index stands at the axis)
// in 0: data.  in 1: indices, integers, of the data's shape except along the axis; negative ones count from the end,
// others outside the axis are an error.  in 2: updates, of the data's type and the shape of indices.
// in 3: axis, one integer.  out 0: type and shape of the data.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape& indices = op.InputShape(1);
  op.Require(IsInteger(op.InputType(1)), "element type of indices", op.InputType(1), "an integer type");
  op.RequireSameType(0, 2);
  const std::vector<int64_t> axis_input = op.StaticIndices(3);
  op.Require(axis_input.size() == 1, "axis", FormatAttribute(axis_input), "one integer");
  const int64_t axis = data.NormalizeAxis(axis_input[0]);
  bool fits = indices.Rank() == data.Rank();
  for (int64_t i = 0; fits && i < data.Rank(); ++i) fits = i == axis || indices[i] == data[i];
  op.Require(fits, "shape of indices", indices, StrCat("that of the data, ", data, ", except along axis ", axis));
  op.Require(op.InputShape(2) == indices, "shape of updates", op.InputShape(2), indices.ToString());
  op.SetOutput(0, data);
}

void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const int64_t axis = data.NormalizeAxis(op.Input(3).ToVector<int64_t>().at(0));
  const int64_t size = data[axis], places = op.Input(1).Shape()[axis];
  const int64_t inner = data.NumElements(axis + 1, data.Rank());
  const std::vector<int64_t> indices = op.Input(1).ToVector<int64_t>();
  CopyElements(op.Input(0), 0, static_cast<std::byte*>(op.Output().MutableData()), 0, data.NumElements());
  DispatchWidth(op.Output().Type(), [&](auto tag) {
    using T = decltype(tag);
    const T* src = static_cast<const T*>(op.Input(2).Data());
    T* dst = static_cast<T*>(op.Output().MutableData());
    for (int64_t i = 0; i < static_cast<int64_t>(indices.size()); ++i) {
      const int64_t index = indices[static_cast<size_t>(i)];
      if (index < -size || index >= size)
        Fail(ErrorKind::kBadModel, "index ", index, " is outside the ", size, " elements of axis ", axis);
      const int64_t outer = i / (places * inner);
      dst[(outer * size + (index < 0 ? index + size : index)) * inner + i % inner] = src[i];
    }
  });
}

}  // namespace

OpSchema ScatterElementsUpdateSchema() {
  return {.name = "ScatterElementsUpdate",
          .opset = "opset3",
          .inputs = {"data", "indices", "updates", "axis"},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

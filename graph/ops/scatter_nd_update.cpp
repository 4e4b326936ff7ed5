// ScatterNDUpdate: the data with slices replaced at given coordinates; of several for one place the last one counts, or
// with attr reduction (none, sum, sub, prod, min, max) they are added to the data, ... one after another.
//   y = data;  y[indices[i.., 0], indices[i.., 1], ..., r..] = updates[i.., r..]
// in 0: data.  in 1: indices [i.., K], integers; negative ones count from the end, others outside are an error.
// in 2: updates [i.., r..] of the data's type, r the data's axes from K.  out 0: type and shape of the data.
#include <cstring>

#include "graph/op_schema.h"
#include "graph/ops/scatter.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape& indices = op.InputShape(1);
  op.Require(IsInteger(op.InputType(1)), "element type of indices", op.InputType(1), "an integer type");
  op.RequireSameType(0, 2);
  op.Require(indices.Rank() >= 1 && indices[indices.Rank() - 1] <= data.Rank(), "shape of indices", indices,
             StrCat("at most ", data.Rank(), " coordinates"));
  const int64_t depth = indices[indices.Rank() - 1];
  std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
  dims.insert(dims.end(), data.begin() + depth, data.end());
  op.Require(op.InputShape(2).Dims() == dims, "shape of updates", op.InputShape(2), Shape(dims).ToString());
  op.Require(op.Attr<std::string>("reduction") == "none" || op.InputType(0) != ElementType::kBool,
             "element type with a reduction", op.InputType(0), "numbers");
  op.SetOutput(0, data);
}

void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& indices_shape = op.Input(1).Shape();
  const int64_t depth = indices_shape[indices_shape.Rank() - 1];
  const std::vector<int64_t> indices = op.Input(1).ToVector<int64_t>();
  const std::vector<int64_t> strides = data.Strides();
  const int64_t count = indices_shape.NumElements(0, indices_shape.Rank() - 1);
  const int64_t inner = data.NumElements(depth, data.Rank());
  const auto& reduction = op.Attr<std::string>("reduction");
  auto* dst = static_cast<std::byte*>(op.Output().MutableData());
  CopyElements(op.Input(0), 0, dst, 0, data.NumElements());
  for (int64_t i = 0; i < count; ++i) {
    int64_t to = 0;
    for (int64_t k = 0; k < depth; ++k) {
      const int64_t index = indices[static_cast<size_t>(i * depth + k)];
      if (index < -data[k] || index >= data[k])
        Fail(ErrorKind::kBadModel, "index ", index, " is outside the ", data[k], " elements of axis ", k);
      to += (index < 0 ? index + data[k] : index) * strides[static_cast<size_t>(k)];
    }
    if (reduction == "none") {
      CopyElements(op.Input(2), i * inner, dst, to, inner);
      continue;
    }
    DispatchArithmetic(op.Output().Type(), [&](auto tag) {
      using T = decltype(tag);
      const T* src = op.Input(2).Values<T>().data() + i * inner;
      T* y = op.Output().MutableValues<T>().data() + to;
      for (int64_t k = 0; k < inner; ++k) y[k] = ScatterJoin(reduction, y[k], src[k]);
    });
  }
}

}  // namespace

OpSchema ScatterNDUpdateSchema() {
  return {.name = "ScatterNDUpdate",
          .opset = "opset4",
          .inputs = {"data", "indices", "updates"},
          .attributes = {ScatterReduction({"none", "sum", "sub", "prod", "min", "max"})},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

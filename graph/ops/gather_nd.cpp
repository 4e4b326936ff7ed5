// GatherND: the innermost axis of the indices holds coordinates of the data's axes after the batch axes.
//   y[b.., i.., r..] = data[b.., indices[b.., i.., 0], indices[b.., i.., 1], ..., r..]
// in 0: data.  in 1: indices [b.., i.., K], integers; negative ones count from the end.  attr batch_dims: int, default
// 0.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape& indices = op.InputShape(1);
  const int64_t batch = op.Attr<int64_t>("batch_dims");
  op.Require(IsInteger(op.InputType(1)), "element type of indices", op.InputType(1), "an integer type");
  op.Require(indices.Rank() >= 1 && batch >= 0 && batch < indices.Rank() && batch <= data.Rank(), "batch_dims", batch,
             "fewer than the axes of indices");
  for (int64_t i = 0; i < batch; ++i)
    op.Require(indices[i] == data[i], "shape of indices", indices, StrCat(batch, " leading axes like those of ", data));
  const int64_t depth = indices[indices.Rank() - 1];
  op.Require(depth <= data.Rank() - batch, "shape of indices", indices,
             StrCat("at most ", data.Rank() - batch, " coordinates"));
  std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
  dims.insert(dims.end(), data.begin() + batch + depth, data.end());
  op.SetOutput(0, Shape(std::move(dims)));
}

void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& indices_shape = op.Input(1).Shape();
  const int64_t batch = op.Attr<int64_t>("batch_dims");
  const int64_t depth = indices_shape[indices_shape.Rank() - 1];
  const std::vector<int64_t> indices = op.Input(1).ToVector<int64_t>();
  const std::vector<int64_t> strides = data.Strides();
  const int64_t batches = data.NumElements(0, batch);
  const int64_t picks = indices_shape.NumElements(batch, indices_shape.Rank() - 1);
  const int64_t inner = data.NumElements(batch + depth, data.Rank());
  const int64_t batch_size = data.NumElements(batch, data.Rank());
  auto* dst = static_cast<std::byte*>(op.Output().MutableData());
  for (int64_t pick = 0; pick < batches * picks; ++pick) {
    int64_t from = pick / picks * batch_size;
    for (int64_t k = 0; k < depth; ++k) {
      const int64_t size = data[batch + k];
      const int64_t index = indices[static_cast<size_t>(pick * depth + k)];
      if (index < -size || index >= size)
        Fail(ErrorKind::kBadModel, "index ", index, " is outside the ", size, " elements of axis ", batch + k);
      from += (index < 0 ? index + size : index) * strides[static_cast<size_t>(batch + k)];
    }
    CopyElements(op.Input(0), from, dst, pick * inner, inner);
  }
}

}  // namespace

OpSchema GatherNDSchema() {
  return {.name = "GatherND",
          .opset = "opset8",
          .inputs = {"data", "indices"},
          .attributes = {{"batch_dims", int64_t{0}}},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

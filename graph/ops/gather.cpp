// Gather: slices of the data along an axis, picked by indices.
//   y[b.., o.., i.., r..] = data[b.., o.., indices[b.., i..], r..]
// with batch_dims leading axes b shared by data and indices, o the data's axes between them and `axis`, r those after.
// in 0: data.  in 1: indices, integers; negative ones count from the end, others outside the axis are an error.
// in 2: axis, one integer.  attr batch_dims: int, default 0, negative counts from the end of the indices' rank.
#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

int64_t BatchDims(int64_t attribute, const Shape& indices) {
  return attribute < 0 ? attribute + indices.Rank() : attribute;
}

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape& indices = op.InputShape(1);
  op.Require(IsInteger(op.InputType(1)), "element type of indices", op.InputType(1), "an integer type");
  const std::vector<int64_t> axis_input = op.StaticIndices(2);
  op.Require(axis_input.size() == 1, "axis", FormatAttribute(axis_input), "one integer");
  const int64_t axis = data.NormalizeAxis(axis_input[0]);
  const int64_t batch = BatchDims(op.Attr<int64_t>("batch_dims"), indices);
  op.Require(batch >= 0 && batch <= axis && batch <= indices.Rank(), "batch_dims", op.Attr<int64_t>("batch_dims"),
             "at most axis and the rank of indices");
  std::vector<int64_t> dims(data.begin(), data.begin() + axis);
  for (int64_t i = 0; i < batch; ++i)
    op.Require(indices[i] == data[i], "shape of indices", indices, StrCat(batch, " leading axes like those of ", data));
  dims.insert(dims.end(), indices.begin() + batch, indices.end());
  dims.insert(dims.end(), data.begin() + axis + 1, data.end());
  op.SetOutput(0, Shape(std::move(dims)));
}

void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& indices_shape = op.Input(1).Shape();
  const int64_t axis = data.NormalizeAxis(op.Input(2).ToVector<int64_t>().at(0));
  const int64_t batch = BatchDims(op.Attr<int64_t>("batch_dims"), indices_shape);
  const std::vector<int64_t> indices = op.Input(1).ToVector<int64_t>();
  const int64_t batches = data.NumElements(0, batch);
  const int64_t outer = data.NumElements(batch, axis);
  const int64_t picks = indices_shape.NumElements(batch, indices_shape.Rank());
  const int64_t inner = data.NumElements(axis + 1, data.Rank());
  const int64_t size = data[axis];
  auto* dst = static_cast<std::byte*>(op.Output().MutableData());
  int64_t done = 0;
  for (int64_t b = 0; b < batches; ++b) {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < picks; ++i, done += inner) {
        const int64_t index = indices[static_cast<size_t>(b * picks + i)];
        if (index < -size || index >= size)
          Fail(ErrorKind::kBadModel, "index ", index, " is outside the ", size, " elements of axis ", axis);
        CopyElements(op.Input(0), ((b * outer + o) * size + (index < 0 ? index + size : index)) * inner, dst, done,
                     inner);
      }
    }
  }
}

}  // namespace

OpSchema GatherSchema() {
  return {.name = "Gather",
          .opset = "opset8",
          .inputs = {"data", "indices", "axis"},
          .attributes = {{"batch_dims", int64_t{0}}},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

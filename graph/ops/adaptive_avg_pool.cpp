// AdaptiveAvgPool: means over windows that cover the data evenly, for a result of given size.
// in 0: data [N, C, D..], one to three spatial axes.  in 1: sizes of the result's spatial axes, integers.
// out 0: [N, C, sizes..].  Position i of S over an axis of D elements covers floor(i * D / S) to ceil((i + 1) * D / S).
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  Shape shape = op.InputShape(0);
  const std::vector<int64_t> sizes = op.StaticIndices(1);
  op.Require(shape.Rank() >= 3 && shape.Rank() <= 5, "rank of data", shape.Rank(), "3 to 5");
  op.Require(static_cast<int64_t>(sizes.size()) == shape.Rank() - 2, "output_shape", FormatAttribute(sizes),
             StrCat(shape.Rank() - 2, " sizes"));
  for (size_t i = 0; i < sizes.size(); ++i) {
    const int64_t axis = static_cast<int64_t>(i) + 2;
    op.Require(sizes[i] > 0 && sizes[i] <= int64_t{1} << 30, "output_shape", FormatAttribute(sizes), "positive sizes");
    op.Require(shape[axis] > 0 && shape[axis] <= int64_t{1} << 30, "shape of data", op.InputShape(0), "positive sizes");
    shape[axis] = sizes[i];
  }
  op.SetOutput(0, shape);
}

// Means along one axis.
std::vector<double> PoolAxis(const std::vector<double>& src, const Shape& shape, int64_t axis, int64_t size) {
  const int64_t outer = shape.NumElements(0, axis), in = shape[axis], inner = shape.NumElements(axis + 1, shape.Rank());
  std::vector<double> dst(static_cast<size_t>(outer * size * inner), 0.0);
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < size; ++i) {
      const int64_t begin = i * in / size, end = ((i + 1) * in + size - 1) / size;
      double* to = dst.data() + (o * size + i) * inner;
      for (int64_t from = begin; from < end; ++from) {
        for (int64_t k = 0; k < inner; ++k) to[k] += src[static_cast<size_t>((o * in + from) * inner + k)];
      }
      for (int64_t k = 0; k < inner; ++k) to[k] /= static_cast<double>(end - begin);
    }
  }
  return dst;
}

void Evaluate(EvalContext& op) {
  Shape shape = op.Input(0).Shape();
  std::vector<double> values = op.Input(0).ToVector<double>();
  for (int64_t axis = 2; axis < shape.Rank(); ++axis) {
    values = PoolAxis(values, shape, axis, op.Output().Shape()[axis]);
    shape[axis] = op.Output().Shape()[axis];
  }
  op.Output() = Tensor::FromValues<double>(shape, values).ConvertTo(op.Output().Type());
}

}  // namespace

OpSchema AdaptiveAvgPoolSchema() {
  return {.name = "AdaptiveAvgPool",
          .opset = "opset8",
          .inputs = {"data", "output_shape"},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

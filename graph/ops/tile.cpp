// Tile: the data laid side by side repeats[i] times along axis i. The shorter of shape and repeats is filled up with
// ones at the front.
// in 0: data.  in 1: repeats, integers from 0.
#include <algorithm>

#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

std::vector<int64_t> FillUp(std::vector<int64_t> values, int64_t rank) {
  values.insert(values.begin(), static_cast<size_t>(std::max<int64_t>(0, rank - static_cast<int64_t>(values.size()))),
                1);
  return values;
}

void Infer(InferContext& op) {
  std::vector<int64_t> repeats = op.StaticIndices(1);
  const int64_t rank = std::max(op.InputShape(0).Rank(), static_cast<int64_t>(repeats.size()));
  std::vector<int64_t> dims = FillUp(op.InputShape(0).Dims(), rank);
  repeats = FillUp(std::move(repeats), rank);
  for (size_t i = 0; i < dims.size(); ++i) {
    op.Require(repeats[i] >= 0 && !__builtin_mul_overflow(dims[i], repeats[i], &dims[i]), "repeats",
               FormatAttribute(repeats), "numbers from 0");
  }
  op.SetOutput(0, Shape(std::move(dims)));
}

// With every axis of the result seen as the pair [repeats, size], tiling is broadcasting along the first of each pair.
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Output().Shape();
  const Shape data(FillUp(op.Input(0).Shape().Dims(), shape.Rank()));
  const std::vector<int64_t> repeats = FillUp(op.Input(1).ToVector<int64_t>(), shape.Rank());
  const std::vector<int64_t> from = data.Strides();
  std::vector<int64_t> dims, strides;
  for (int64_t i = 0; i < shape.Rank(); ++i) {
    const auto k = static_cast<size_t>(i);
    dims.insert(dims.end(), {repeats[k], data[i]});
    strides.insert(strides.end(), {0, from[k]});
  }
  Tensor pairs(op.Output().Type(), Shape(std::move(dims)));
  CopyStrided(op.Input(0), 0, strides, pairs);
  op.Output() = pairs.Reshaped(shape);
}

}  // namespace

OpSchema TileSchema() {
  return {
      .name = "Tile", .inputs = {"data", "repeats"}, .infer = Infer, .evaluate = Evaluate, .evaluates_any_type = true};
}

}  // namespace moir::graph

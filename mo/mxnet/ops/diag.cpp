// diag: of one axis, a matrix with the data on the k-th diagonal and zeros elsewhere; of more, the k-th diagonals of
// the matrices that axis1 (default 0) and axis2 (1) span, as a new last axis. k > 0 lies above the main diagonal.
#include <algorithm>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

Value MakeMatrix(NodeConverter& node, Value data, int64_t k) {
  const int64_t count = data.Shape()[0];
  const int64_t size = count + std::abs(k);
  RequireWritable(node, {size, size});
  const Value zeros = node.Constant(Tensor(data.Type(), Shape{size, size}), "zeros");
  std::vector<int64_t> coordinates;
  for (int64_t i = 0; i < count; ++i) {
    coordinates.push_back(k < 0 ? i - k : i);
    coordinates.push_back(k < 0 ? i : i + k);
  }
  const Value places = node.Constant(Tensor::FromValues<int64_t>(Shape{count, 2}, coordinates), "places");
  return node.Add("ScatterNDUpdate", {zeros, places, data});
}

}  // namespace

void ConvertDiag(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  const int64_t rank = shape.Rank();
  const int64_t k = attrs.Int("k", 0), first = attrs.Int("axis1", 0), second = attrs.Int("axis2", 1);
  constexpr int64_t kLimit = int64_t{1} << 31;
  if (k < -kLimit || k > kLimit) attrs.Refuse("k", "a number of 32 bits");
  node.Require(rank >= 1, "data without axes");
  if (rank == 1) return node.Output(MakeMatrix(node, data, k));
  const int64_t rows_axis = node.Axis(first, rank, "axis1"), columns_axis = node.Axis(second, rank, "axis2");
  if (rows_axis == columns_axis) attrs.Refuse("axis2", "another axis than axis1");
  const int64_t rows = shape[rows_axis], columns = shape[columns_axis];
  const int64_t row = std::max<int64_t>(0, -k), column = std::max<int64_t>(0, k);
  const int64_t count = std::min(rows - row, columns - column);
  if (count < 1) node.Unsupported("attribute k: got ", k, ", a diagonal outside the ", rows, " x ", columns, " matrix");
  // The two axes last, as one; the elements of the diagonal are columns + 1 apart.
  std::vector<int64_t> order, dims;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (axis == rows_axis || axis == columns_axis) continue;
    order.push_back(axis);
    dims.push_back(shape[axis]);
  }
  order.insert(order.end(), {rows_axis, columns_axis});
  dims.push_back(rows * columns);
  const Value flat = node.Reshape(node.Transpose(data, order), dims, "flat");
  std::vector<int64_t> places;
  for (int64_t i = 0; i < count; ++i) places.push_back((row + i) * columns + column + i);
  node.Output(node.Add("Gather", {flat, node.Indices(places, "places"), node.Index(rank - 2)}));
}

}  // namespace moir::mo

// dot: the last axis of a with the first axis of b (before the transpositions, which reverse all axes).
// batch_dot: products of matrices [B, M, K] and [B, K, N].
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertDot(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const bool transpose_a = attrs.Bool("transpose_a", false), transpose_b = attrs.Bool("transpose_b", false);
  attrs.Ignore({"forward_stype"});
  Value a = node.Input(0), b = node.Input(1);
  const Shape shape_a = a.Shape(), shape_b = b.Shape();
  const int64_t rank_a = shape_a.Rank(), rank_b = shape_b.Rank();
  if (rank_a == 2 && rank_b == 2) {
    return node.Output(node.Add("MatMul", {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}}));
  }
  // More axes: a as [rest, K] (with transpose_a [K, rest]), b as [K, rest] (with transpose_b [rest, K]).
  const int64_t shared_a = transpose_a ? 0 : rank_a - 1, shared_b = transpose_b ? rank_b - 1 : 0;
  const int64_t size = shape_a[shared_a];
  node.Require(size == shape_b[shared_b], "shapes ", shape_a, " and ", shape_b,
               ": expected one size to multiply along");
  std::vector<int64_t> result;
  for (int64_t axis = 0; axis < rank_a; ++axis) {
    if (axis != shared_a) result.push_back(shape_a[axis]);
  }
  for (int64_t axis = 0; axis < rank_b; ++axis) {
    if (axis != shared_b) result.push_back(shape_b[axis]);
  }
  if (result.empty()) result.push_back(1);
  a = node.Reshape(a, transpose_a ? std::vector<int64_t>{size, -1} : std::vector<int64_t>{-1, size}, "matrix_a");
  b = node.Reshape(b, transpose_b ? std::vector<int64_t>{-1, size} : std::vector<int64_t>{size, -1}, "matrix_b");
  node.Output(
      node.Reshape(node.Add("MatMul", {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}}), result));
}

void ConvertBatchDot(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const bool transpose_a = attrs.Bool("transpose_a", false), transpose_b = attrs.Bool("transpose_b", false);
  attrs.Ignore({"forward_stype"});
  const Value a = node.Input(0), b = node.Input(1);
  node.Require(a.Shape().Rank() >= 3 && b.Shape().Rank() == a.Shape().Rank(), "shapes ", a.Shape(), " and ", b.Shape(),
               ": expected [B,M,K] and [B,K,N]");
  node.Output(node.Add("MatMul", {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}}));
}

}  // namespace moir::mo

// Inverse of square matrices, by LU decomposition in double. A singular matrix gives infinities and NaN.
// in 0: A [.., N, N], a float type.  out 0: the same shape.  attr adjoint: bool, default false: the adjugate matrix,
// det(A) times the inverse, of regular matrices.
#include "graph/ops/matrices.h"

namespace moir::graph {
namespace {

template <typename T>
void Evaluate(EvalContext& op) {
  const bool adjoint = op.Attr<bool>("adjoint");
  T* dst = op.Output().MutableValues<T>().data();
  ForEachSquare<T>(op, [&](const T* a, size_t n, size_t position) {
    const LuDecomposition lu(a, n);
    double factor = 1;
    if (adjoint) {
      factor = lu.OddPermutation() ? -1 : 1;
      for (size_t i = 0; i < n; ++i) factor *= lu.Diagonal(i);
    }
    for (size_t j = 0; j < n; ++j) {
      const std::vector<double> column = lu.InverseColumn(j);
      for (size_t i = 0; i < n; ++i) dst[(position * n + i) * n + j] = static_cast<T>(column[i] * factor);
    }
  });
}

}  // namespace

OpSchema InverseSchema() {
  return {
      .name = "Inverse",
      .opset = "opset14",
      .inputs = {"data"},
      .attributes = {{"adjoint", false}},
      .infer =
          [](InferContext& op) {
            RequireSquare(op, 0);
            op.SetOutput(0, op.InputShape(0));
          },
      .evaluate =
          [](EvalContext& op) { DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); }); }};
}

}  // namespace moir::graph

// Determinant of square matrices, by LU decomposition in double.
// in 0: A [.., N, N], a float type.  out 0: [..].
#include "graph/ops/matrices.h"

namespace moir::graph {
namespace {

template <typename T>
void Evaluate(EvalContext& op) {
  const auto y = op.Output().MutableValues<T>();
  ForEachSquare<T>(op, [&](const T* a, size_t n, size_t position) {
    const LuDecomposition lu(a, n);
    double product = lu.OddPermutation() ? -1 : 1;
    for (size_t i = 0; i < n; ++i) product *= lu.Diagonal(i);
    y[position] = static_cast<T>(product);
  });
}

}  // namespace

OpSchema DeterminantSchema() {
  return {
      .name = "Determinant",
      .opset = "moir",
      .inputs = {"data"},
      .infer =
          [](InferContext& op) {
            RequireSquare(op, 0);
            op.SetOutput(0, StackShape(op.InputShape(0)));
          },
      .evaluate =
          [](EvalContext& op) { DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); }); }};
}

}  // namespace moir::graph

// Cholesky: the triangular factor of symmetric positive definite matrices.
//   lower: A = L L^T, L lower triangular      otherwise: A = U^T U, U upper triangular
// in 0: A [.., N, N], of which only the triangle of the factor is read.  out 0: the factor, zeros in its other
// triangle. attr lower: bool, default true. A matrix that is not positive definite gives NaN. Computed in double.
#include "graph/ops/matrices.h"

namespace moir::graph {
namespace {

template <typename T>
void Evaluate(EvalContext& op) {
  const bool lower = op.Attr<bool>("lower");
  T* dst = op.Output().MutableValues<T>().data();
  ForEachSquare<T>(op, [&](const T* a, size_t n, size_t position) {
    std::vector<double> factor(n * n, 0.0);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= i; ++j) {
        double sum = static_cast<double>(lower ? a[i * n + j] : a[j * n + i]);
        for (size_t k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
        factor[i * n + j] = i == j ? std::sqrt(sum) : sum / factor[j * n + j];
      }
    }
    T* y = dst + position * n * n;
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= i; ++j) (lower ? y[i * n + j] : y[j * n + i]) = static_cast<T>(factor[i * n + j]);
    }
  });
}

}  // namespace

OpSchema CholeskySchema() {
  return {
      .name = "Cholesky",
      .opset = "moir",
      .inputs = {"data"},
      .attributes = {{"lower", true}},
      .infer =
          [](InferContext& op) {
            RequireSquare(op, 0);
            op.SetOutput(0, op.InputShape(0));
          },
      .evaluate =
          [](EvalContext& op) { DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); }); }};
}

}  // namespace moir::graph

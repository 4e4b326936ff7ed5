// LogDeterminant: sign and logarithm of the magnitude of the determinant of square matrices, by LU decomposition in
// double, for determinants beyond the range of the type.
// in 0: A [.., N, N], a float type.  out 0: the sign, -1, 0 or 1, [..].  out 1: log|det A|, -infinity for 0, [..].
#include "graph/ops/matrices.h"

namespace moir::graph {
namespace {

template <typename T>
void Evaluate(EvalContext& op) {
  const auto signs = op.Output(0).MutableValues<T>(), logarithms = op.Output(1).MutableValues<T>();
  ForEachSquare<T>(op, [&](const T* a, size_t n, size_t position) {
    const LuDecomposition lu(a, n);
    double sign = lu.OddPermutation() ? -1 : 1, logarithm = 0;
    for (size_t i = 0; i < n; ++i) {
      const double value = lu.Diagonal(i);
      sign *= value > 0 ? 1 : value < 0 ? -1 : value;  // zero and NaN stay
      logarithm += std::log(std::fabs(value));
    }
    signs[position] = static_cast<T>(sign);
    logarithms[position] = static_cast<T>(logarithm);
  });
}

}  // namespace

OpSchema LogDeterminantSchema() {
  return {
      .name = "LogDeterminant",
      .opset = "moir",
      .inputs = {"data"},
      .outputs = 2,
      .infer =
          [](InferContext& op) {
            RequireSquare(op, 0);
            op.SetOutput(0, StackShape(op.InputShape(0)));
            op.SetOutput(1, StackShape(op.InputShape(0)));
          },
      .evaluate =
          [](EvalContext& op) { DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); }); }};
}

}  // namespace moir::graph

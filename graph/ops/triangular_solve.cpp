// TriangularSolve: X of op(A) X = B or, with attribute right, of X op(A) = B, where A is triangular.
// in 0: A [.., N, N], of which only one triangle is read.  in 1: B [.., N, M], with right [.., M, N], of the same
// leading sizes.  out 0: X, the shape of B.
// attr lower: bool, default true: which triangle of A.  attr transpose: op(A) is A^T.  Computed in double.
#include "graph/ops/matrices.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireSquare(op, 0);
  op.RequireSameType(0, 1);
  const Shape &a = op.InputShape(0), &b = op.InputShape(1);
  const int64_t rank = a.Rank();
  op.Require(b.Rank() == rank && StackShape(a) == StackShape(b) &&
                 b[op.Attr<bool>("right") ? rank - 1 : rank - 2] == a[rank - 1],
             "shape of B", b, StrCat("matrices that fit A ", a));
  op.SetOutput(0, b);
}

template <typename T>
void Evaluate(EvalContext& op) {
  const bool right = op.Attr<bool>("right");
  // X op(A) = B is op(A)^T X^T = B^T.
  const bool transpose = op.Attr<bool>("transpose") != right;
  const bool forward = op.Attr<bool>("lower") != transpose;  // whether op(A) is lower triangular
  const Shape& shape = op.Input(1).Shape();
  const auto columns = static_cast<size_t>(shape[shape.Rank() - (right ? 2 : 1)]);
  const T* b = op.Input(1).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  ForEachSquare<T>(op, [&](const T* a, size_t n, size_t position) {
    const size_t first = position * n * columns;
    std::vector<double> x(n);
    for (size_t c = 0; c < columns; ++c) {
      const auto at = [&](size_t i) { return first + (right ? c * n + i : i * columns + c); };
      for (size_t step = 0; step < n; ++step) {
        const size_t i = forward ? step : n - 1 - step;
        double sum = static_cast<double>(b[at(i)]);
        for (size_t done = 0; done < step; ++done) {
          const size_t j = forward ? done : n - 1 - done;
          sum -= static_cast<double>(transpose ? a[j * n + i] : a[i * n + j]) * x[j];
        }
        x[i] = sum / static_cast<double>(a[i * n + i]);
      }
      for (size_t i = 0; i < n; ++i) dst[at(i)] = static_cast<T>(x[i]);
    }
  });
}

}  // namespace

OpSchema TriangularSolveSchema() {
  return {.name = "TriangularSolve",
          .opset = "moir",
          .inputs = {"a", "b"},
          .attributes = {{"lower", true}, {"transpose", false}, {"right", false}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

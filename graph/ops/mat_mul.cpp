// MatMul: y[.., i, j] = sum over k of a[.., i, k] * b[.., k, j]; the leading axes broadcast as in NumPy.
// in 0, 1: a and b of one type, numeric, rank >= 1.  attr transpose_a, transpose_b: swap the last two axes first.
// A rank-1 a is one row and a rank-1 b one column; their axis is missing in the result. Sums are taken in double
// (integers wrap around).
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

// Both operands as stacks of matrices.
struct Operands {
  Shape a, b;                    // rank >= 2, as stored
  int64_t rows, inner, columns;  // of the product, after transposing
  int64_t b_inner;
};

Operands Settle(const Node& node, const Shape& a_shape, const Shape& b_shape) {
  // Transposing has no meaning for a single axis.
  const bool transpose_a = node.Attr<bool>("transpose_a") && a_shape.Rank() > 1;
  const bool transpose_b = node.Attr<bool>("transpose_b") && b_shape.Rank() > 1;
  Operands m;
  m.a = a_shape.Rank() == 1 ? Shape{1, a_shape[0]} : a_shape;
  m.b = b_shape.Rank() == 1 ? Shape{b_shape[0], 1} : b_shape;
  const int64_t ra = m.a.Rank(), rb = m.b.Rank();
  m.rows = m.a[transpose_a ? ra - 1 : ra - 2];
  m.inner = m.a[transpose_a ? ra - 2 : ra - 1];
  m.b_inner = m.b[transpose_b ? rb - 1 : rb - 2];
  m.columns = m.b[transpose_b ? rb - 2 : rb - 1];
  return m;
}

// The axes in front of the matrices.
Shape Stack(const Shape& shape) { return Shape(std::vector<int64_t>(shape.begin(), shape.end() - 2)); }

void Infer(InferContext& op) {
  op.RequireSameType(0, 1);
  RequireNumeric(op, 0);
  for (const size_t i : {0, 1}) op.Require(op.InputShape(i).Rank() >= 1, StrCat("rank of input ", i), 0, "1 or more");
  const Operands m = Settle(op.GetNode(), op.InputShape(0), op.InputShape(1));
  op.Require(m.inner == m.b_inner, "shapes", StrCat(op.InputShape(0), " and ", op.InputShape(1)),
             StrCat("the same number of columns of a (", m.inner, ") and rows of b (", m.b_inner, ")"));
  std::vector<int64_t> dims = BroadcastShapes(Stack(m.a), Stack(m.b)).Dims();
  if (op.InputShape(0).Rank() > 1) dims.push_back(m.rows);
  if (op.InputShape(1).Rank() > 1) dims.push_back(m.columns);
  op.SetOutput(0, Shape(std::move(dims)));
}

template <typename T>
void Multiply(const T* a, bool transpose_a, const T* b, bool transpose_b, const Operands& m, T* y) {
  using Sum = SumOf<T>;
  std::vector<Sum> a_row(static_cast<size_t>(m.inner));
  std::vector<Sum> y_row(static_cast<size_t>(m.columns));
  for (int64_t i = 0; i < m.rows; ++i) {
    for (int64_t k = 0; k < m.inner; ++k)
      a_row[static_cast<size_t>(k)] = static_cast<Sum>(transpose_a ? a[k * m.rows + i] : a[i * m.inner + k]);
    if (transpose_b) {
      for (int64_t j = 0; j < m.columns; ++j) {
        const T* b_row = b + j * m.inner;
        Sum sum{};
        for (int64_t k = 0; k < m.inner; ++k) sum += a_row[static_cast<size_t>(k)] * static_cast<Sum>(b_row[k]);
        y_row[static_cast<size_t>(j)] = sum;
      }
    } else {
      // Row by row of b, so that memory is read in its order.
      std::fill(y_row.begin(), y_row.end(), Sum{});
      for (int64_t k = 0; k < m.inner; ++k) {
        const T* b_row = b + k * m.columns;
        const Sum factor = a_row[static_cast<size_t>(k)];
        for (int64_t j = 0; j < m.columns; ++j) y_row[static_cast<size_t>(j)] += factor * static_cast<Sum>(b_row[j]);
      }
    }
    for (int64_t j = 0; j < m.columns; ++j) *y++ = static_cast<T>(y_row[static_cast<size_t>(j)]);
  }
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& a_shape = op.Input(0).Shape();
  const Shape& b_shape = op.Input(1).Shape();
  const Operands m = Settle(op.GetNode(), a_shape, b_shape);
  const bool transpose_a = op.Attr<bool>("transpose_a") && a_shape.Rank() > 1;
  const bool transpose_b = op.Attr<bool>("transpose_b") && b_shape.Rank() > 1;
  const T* a = op.Input(0).Values<T>().data();
  const T* b = op.Input(1).Values<T>().data();
  T* y = op.Output().MutableValues<T>().data();
  const Shape a_stack = Stack(m.a), b_stack = Stack(m.b);
  ForEachBroadcast(a_stack, b_stack, BroadcastShapes(a_stack, b_stack), [&](size_t i, size_t j, size_t k) {
    Multiply(a + static_cast<int64_t>(i) * m.rows * m.inner, transpose_a,
             b + static_cast<int64_t>(j) * m.inner * m.columns, transpose_b, m,
             y + static_cast<int64_t>(k) * m.rows * m.columns);
  });
}

}  // namespace

OpSchema MatMulSchema() {
  return {.name = "MatMul",
          .inputs = {"a", "b"},
          .attributes = {{"transpose_a", false}, {"transpose_b", false}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

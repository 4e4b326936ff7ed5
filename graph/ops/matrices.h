// What operators on stacks of matrices [.., R, C] share: shapes, and the LU decomposition of one matrix.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "graph/ops/elementwise.h"

namespace moir::graph {

// The axes in front of the matrices.
inline Shape StackShape(const Shape& shape) { return Shape(std::vector<int64_t>(shape.begin(), shape.end() - 2)); }

// Input `index` is a stack of square matrices of a float type.
inline void RequireSquare(const InferContext& op, size_t index) {
  RequireFloat(op, index);
  const Shape& shape = op.InputShape(index);
  const bool square = shape.Rank() >= 2 && shape[shape.Rank() - 1] == shape[shape.Rank() - 2];
  op.Require(square, StrCat("shape of input ", index), shape, "square matrices [..,N,N]");
}

// P A = L U by rows with partial pivoting, in double. A singular matrix has a zero on U's diagonal.
class LuDecomposition {
 public:
  template <typename T>
  LuDecomposition(const T* a, size_t n) : n_(n), lu_(a, a + n * n), rows_(n) {
    for (size_t i = 0; i < n; ++i) rows_[i] = i;
    for (size_t k = 0; k < n; ++k) {
      size_t pivot = k;
      for (size_t i = k + 1; i < n; ++i) {
        if (std::fabs(At(i, k)) > std::fabs(At(pivot, k))) pivot = i;
      }
      if (pivot != k) {
        std::swap_ranges(&At(k, 0), &At(k, 0) + n, &At(pivot, 0));
        std::swap(rows_[k], rows_[pivot]);
        odd_ = !odd_;
      }
      if (At(k, k) == 0) continue;
      for (size_t i = k + 1; i < n; ++i) {
        const double factor = At(i, k) /= At(k, k);
        for (size_t j = k + 1; j < n; ++j) At(i, j) -= factor * At(k, j);
      }
    }
  }

  double Diagonal(size_t i) const { return lu_[i * n_ + i]; }
  // Whether P swaps an odd number of rows.
  bool OddPermutation() const { return odd_; }

  // Column `column` of the inverse.
  std::vector<double> InverseColumn(size_t column) const {
    std::vector<double> x(n_);
    for (size_t i = 0; i < n_; ++i) {
      x[i] = rows_[i] == column ? 1 : 0;
      for (size_t j = 0; j < i; ++j) x[i] -= lu_[i * n_ + j] * x[j];
    }
    for (size_t i = n_; i-- > 0;) {
      for (size_t j = i + 1; j < n_; ++j) x[i] -= lu_[i * n_ + j] * x[j];
      x[i] /= Diagonal(i);
    }
    return x;
  }

 private:
  double& At(size_t row, size_t column) { return lu_[row * n_ + column]; }

  size_t n_;
  std::vector<double> lu_;
  std::vector<size_t> rows_;  // which row of A stands where
  bool odd_ = false;
};

// Calls visit(matrix, n, position) for every matrix of input 0.
template <typename T, typename Visit>
void ForEachSquare(EvalContext& op, Visit visit) {
  const Shape& shape = op.Input(0).Shape();
  const auto n = static_cast<size_t>(shape[shape.Rank() - 1]);
  const T* a = op.Input(0).Values<T>().data();
  const auto count = static_cast<size_t>(StackShape(shape).NumElements());
  for (size_t i = 0; i < count; ++i) visit(a + i * n * n, n, i);
}

}  // namespace moir::graph

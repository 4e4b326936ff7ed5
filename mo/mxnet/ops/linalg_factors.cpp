// Factors, inverses and determinants of stacks of square matrices [.., N, N]:
//   _linalg_potrf      the Cholesky factor of the triangle that `lower` names
//   _linalg_potri      (A A^T)^-1 from such a factor A, with lower=False (A^T A)^-1
//   _linalg_trsm       X of op(A) X = alpha * B, with rightside of X op(A) = alpha * B
//   _linalg_inverse, _linalg_det, _linalg_slogdet (outputs sign and log|det|)
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertLinalgPotrf(NodeConverter& node) {
  node.RequireInputs(1);
  node.Output(node.Add("Cholesky", {node.Input(0)}, {{"lower", node.Attrs().Bool("lower", true)}}));
}

void ConvertLinalgPotri(NodeConverter& node) {
  node.RequireInputs(1);
  const bool lower = node.Attrs().Bool("lower", true);
  const Value a = node.Input(0);
  const Shape& shape = a.Shape();
  const int64_t rank = shape.Rank();
  node.Require(rank >= 2 && shape[rank - 1] == shape[rank - 2], "data of shape ", shape,
               ": expected square matrices [..,N,N]");
  const int64_t n = shape[rank - 1];
  std::vector<double> values(static_cast<size_t>(shape.NumElements()), 0.0);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto within = static_cast<int64_t>(i) % (n * n);
    values[i] = within / n == within % n ? 1 : 0;
  }
  const Value identity = node.Constant(Tensor::FromValues<double>(shape, values).ConvertTo(a.Type()), "identity");
  const Value inverse = node.Add("TriangularSolve", {a, identity}, {{"lower", lower}});
  node.Output(node.Add("MatMul", {inverse, inverse}, {{"transpose_a", lower}, {"transpose_b", !lower}}));
}

void ConvertLinalgTrsm(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const double alpha = attrs.Double("alpha", 1);
  const graph::Attributes attributes = {{"transpose", attrs.Bool("transpose", false)},
                                        {"right", attrs.Bool("rightside", false)},
                                        {"lower", attrs.Bool("lower", true)}};
  const Value a = node.Input(0);
  Value b = node.Input(1);
  if (alpha != 1) b = node.Add("Multiply", {b, node.Scalar(alpha, b.Type(), "alpha")}, {}, "scaled");
  node.Output(node.Add("TriangularSolve", {a, b}, attributes));
}

void ConvertLinalgInverse(NodeConverter& node) {
  node.RequireInputs(1);
  node.Output(node.Add("Inverse", {node.Input(0)}));
}

void ConvertLinalgDet(NodeConverter& node) {
  node.RequireInputs(1);
  const Value y = node.Add("Determinant", {node.Input(0)});
  // MXNet has no shapes without axes.
  node.Output(y.Shape().Rank() == 0 && !node.GetSymbol().numpy_shapes ? node.Reshape(y, {1}, "vector") : y);
}

void ConvertLinalgSlogdet(NodeConverter& node) {
  node.RequireInputs(1);
  Node* pair = node.AddNode("LogDeterminant", {node.Input(0)});
  for (size_t i = 0; i < 2; ++i) {
    const Value y = pair->Output(i);
    node.Output(i, y.Shape().Rank() == 0 && !node.GetSymbol().numpy_shapes ? node.Reshape(y, {1}, "vector") : y);
  }
}

}  // namespace moir::mo

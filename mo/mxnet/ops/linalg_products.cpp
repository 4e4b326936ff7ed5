// Products of stacks of matrices [.., R, C]:
//   _linalg_gemm   alpha * op(A) op(B) + beta * C      _linalg_gemm2  alpha * op(A) op(B)
//   _linalg_syrk   alpha * A A^T, with transpose alpha * A^T A
//   _linalg_trmm   alpha * op(A) B, with rightside alpha * B op(A), of the triangle of A that `lower` names
// axis (default -2) tells which axis counts the rows; the last one counts the columns.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

Value Scaled(NodeConverter& node, Value value, double factor, std::string_view suffix) {
  return factor == 1
             ? value
             : node.Add("Multiply", {value, node.Scalar(factor, value.Type(), StrCat(suffix, "/factor"))}, {}, suffix);
}

void RequireMatrices(const NodeConverter& node, Value value) {
  node.Require(value.Shape().Rank() >= 2, "data of shape ", value.Shape(), ": expected matrices [..,R,C]");
}

// The order that brings axis `from` to `to`.
std::vector<int64_t> MoveAxis(int64_t rank, int64_t from, int64_t to) {
  std::vector<int64_t> order = AxisRange(0, rank);
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  return order;
}

}  // namespace

void ConvertLinalgGemm(NodeConverter& node) {
  const bool accumulates = node.Op() == "_linalg_gemm";
  const auto& attrs = node.Attrs();
  const bool transpose_a = attrs.Bool("transpose_a", false), transpose_b = attrs.Bool("transpose_b", false);
  const double alpha = attrs.Double("alpha", 1), beta = accumulates ? attrs.Double("beta", 1) : 0;
  node.RequireInputs(accumulates ? 3 : 2);
  std::vector<Value> operands;
  for (size_t i = 0; i < node.InputCount(); ++i) operands.push_back(node.Input(i));
  RequireMatrices(node, operands[0]);
  const int64_t rank = operands[0].Shape().Rank();
  const int64_t row_axis = node.Axis(attrs.Int("axis", -2), rank);
  if (row_axis == rank - 1) attrs.Refuse("axis", "another axis than the last, which counts the columns");
  for (Value& operand : operands) {
    node.Require(operand.Shape().Rank() == rank, "operands of shapes ", operands[0].Shape(), " and ", operand.Shape(),
                 ": expected as many axes");
    if (row_axis != rank - 2) operand = node.Transpose(operand, MoveAxis(rank, row_axis, rank - 2), "rows_last");
  }
  for (int64_t axis = 0; axis < rank - 2; ++axis) {
    node.Require(operands[0].Shape()[axis] == operands[1].Shape()[axis], "operands of shapes ", operands[0].Shape(),
                 " and ", operands[1].Shape(), ": expected the same sizes in front of the matrices");
  }
  Value y = Scaled(
      node,
      node.Add("MatMul", {operands[0], operands[1]}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}}),
      alpha, "alpha");
  if (accumulates) {
    node.Require(operands[2].Shape() == y.Shape(), "C of shape ", operands[2].Shape(), ": expected ", y.Shape());
    y = node.Add("Add", {y, Scaled(node, operands[2], beta, "beta")}, {}, "sum");
  }
  if (row_axis != rank - 2) y = node.Transpose(y, MoveAxis(rank, rank - 2, row_axis), "rows_back");
  node.Output(y);
}

void ConvertLinalgSyrk(NodeConverter& node) {
  node.RequireInputs(1);
  const bool transpose = node.Attrs().Bool("transpose", false);
  const double alpha = node.Attrs().Double("alpha", 1);
  const Value a = node.Input(0);
  RequireMatrices(node, a);
  const Value y = node.Add("MatMul", {a, a}, {{"transpose_a", transpose}, {"transpose_b", !transpose}});
  node.Output(Scaled(node, y, alpha, "alpha"));
}

void ConvertLinalgTrmm(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const bool transpose = attrs.Bool("transpose", false), right = attrs.Bool("rightside", false);
  const bool lower = attrs.Bool("lower", true);
  const double alpha = attrs.Double("alpha", 1);
  const Value a = node.Input(0), b = node.Input(1);
  RequireMatrices(node, a);
  const int64_t n = a.Shape()[a.Shape().Rank() - 1];
  node.Require(a.Shape()[a.Shape().Rank() - 2] == n, "A of shape ", a.Shape(), ": expected square matrices");
  Tensor mask(ElementType::kBool, Shape{n, n});
  const auto inside = mask.MutableValues<bool>();
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) inside[static_cast<size_t>(i * n + j)] = lower ? j <= i : j >= i;
  }
  // What lies outside the triangle may be anything, NaN included.
  const Value triangle =
      node.Add("Select", {node.Constant(mask, "triangle"), a, node.Scalar(0, a.Type(), "zero")}, {}, "select");
  const Value y = right ? node.Add("MatMul", {b, triangle}, {{"transpose_b", transpose}})
                        : node.Add("MatMul", {triangle, b}, {{"transpose_a", transpose}});
  node.Output(Scaled(node, y, alpha, "alpha"));
}

}  // namespace moir::mo

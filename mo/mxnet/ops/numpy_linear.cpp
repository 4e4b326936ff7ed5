// Products of the NumPy interface: dot, matmul, tensordot; polynomials.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

void RequireNumbers(NodeConverter& node, Value a, Value b) {
  node.Require(a.Type() == b.Type(), "types ", a.Type(), " and ", b.Type(), ": expected equal types");
  if (a.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
}

// The sum over axes `a_axes` of a, each multiplied with its partner in `b_axes` of b: [other axes of a, of b].
Value Contract(NodeConverter& node, Value a, Value b, const std::vector<int64_t>& a_axes,
               const std::vector<int64_t>& b_axes) {
  const Shape a_shape = a.Shape(), b_shape = b.Shape();
  int64_t inner = 1;
  for (size_t i = 0; i < a_axes.size(); ++i) {
    node.Require(a_shape[a_axes[i]] == b_shape[b_axes[i]], "shapes ", a_shape, " and ", b_shape, ": axes ", a_axes[i],
                 " and ", b_axes[i], " have different sizes");
    inner *= a_shape[a_axes[i]];
  }
  std::vector<int64_t> a_order, b_order = b_axes, result;
  int64_t rows = 1, columns = 1;
  for (int64_t axis = 0; axis < a_shape.Rank(); ++axis) {
    if (std::find(a_axes.begin(), a_axes.end(), axis) != a_axes.end()) continue;
    a_order.push_back(axis);
    result.push_back(a_shape[axis]);
    rows *= a_shape[axis];
  }
  for (int64_t axis = 0; axis < b_shape.Rank(); ++axis) {
    if (std::find(b_axes.begin(), b_axes.end(), axis) != b_axes.end()) continue;
    b_order.push_back(axis);
    result.push_back(b_shape[axis]);
    columns *= b_shape[axis];
  }
  a_order.insert(a_order.end(), a_axes.begin(), a_axes.end());
  const auto matrix = [&](Value x, const std::vector<int64_t>& order, int64_t height, int64_t width,
                          std::string_view suffix) {
    if (!std::is_sorted(order.begin(), order.end())) x = node.Transpose(x, order, StrCat(suffix, "_order"));
    return ReshapeTo(node, x, {height, width}, suffix);
  };
  const Value left = matrix(a, a_order, rows, inner, "matrix_a"),
              right = matrix(b, b_order, inner, columns, "matrix_b");
  return ReshapeTo(node, node.Add("MatMul", {left, right}), result);
}

std::vector<int64_t> Axes(NodeConverter& node, std::string_view name, int64_t rank) {
  std::vector<int64_t> axes = node.Attrs().Ints(name);
  for (int64_t& axis : axes) axis = node.Axis(axis, rank, name);
  std::vector<int64_t> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) node.Attrs().Refuse(name, "every axis once");
  return axes;
}

}  // namespace

// The last axis of a with the last but one of b (of vectors the only one); scalars multiply everything.
void ConvertNumpyDot(NodeConverter& node) {
  node.RequireInputs(2);
  const Value a = node.Input(0), b = node.Input(1);
  RequireNumbers(node, a, b);
  const int64_t a_rank = a.Shape().Rank(), b_rank = b.Shape().Rank();
  if (a_rank == 0 || b_rank == 0) return node.Output(node.Add("Multiply", {a, b}));
  if (a_rank == 2 && b_rank == 2) return node.Output(node.Add("MatMul", {a, b}));
  node.Output(Contract(node, a, b, {a_rank - 1}, {b_rank == 1 ? 0 : b_rank - 2}));
}

// Stacks of matrices; vectors are rows on the left and columns on the right.
void ConvertNumpyMatMul(NodeConverter& node) {
  node.RequireInputs(2);
  const Value a = node.Input(0), b = node.Input(1);
  RequireNumbers(node, a, b);
  node.Require(a.Shape().Rank() > 0 && b.Shape().Rank() > 0, "scalars are no matrices");
  node.Output(node.Add("MatMul", {a, b}));
}

void ConvertNumpyTensorDot(NodeConverter& node) {
  node.RequireInputs(2);
  const Value a = node.Input(0), b = node.Input(1);
  RequireNumbers(node, a, b);
  const int64_t a_rank = a.Shape().Rank(), b_rank = b.Shape().Rank();
  if (node.Op() == "_npi_tensordot_int_axes") {
    const int64_t count = node.Attrs().Int("axes");
    if (count < 0 || count > std::min(a_rank, b_rank)) node.Attrs().Refuse("axes", "at most as many as both have");
    return node.Output(Contract(node, a, b, AxisRange(a_rank - count, a_rank), AxisRange(0, count)));
  }
  const std::vector<int64_t> a_axes = Axes(node, "a_axes_summed", a_rank), b_axes = Axes(node, "b_axes_summed", b_rank);
  if (a_axes.size() != b_axes.size()) node.Attrs().Refuse("b_axes_summed", StrCat(a_axes.size(), " axes"));
  node.Output(Contract(node, a, b, a_axes, b_axes));
}

// ((p[0] x + p[1]) x + p[2]) ...
void ConvertNumpyPolyval(NodeConverter& node) {
  node.RequireInputs(2);
  const Value p = node.Input(0), x = node.Input(1);
  RequireNumbers(node, p, x);
  node.Require(p.Shape().Rank() == 1, "coefficients of shape ", p.Shape(), ": expected one axis");
  constexpr int64_t kMostTerms = 256;
  const int64_t terms = p.Shape()[0];
  if (terms > kMostTerms) node.Unsupported("a polynomial with ", terms, " coefficients, expected at most ", kMostTerms);
  Value y = node.Add("Multiply", {x, node.Scalar(0, x.Type(), "zero")}, {}, "start");
  for (int64_t i = 0; i < terms; ++i) {
    const Value coefficient = node.Add("Gather", {p, node.Index(i, "index"), node.Index(0)}, {}, "coefficient");
    y = node.Add("Add", {node.Add("Multiply", {y, x}), coefficient}, {}, "sum");
  }
  node.Output(y);
}

}  // namespace moir::mo

// Small functions of MXNet's contrib namespace and relatives.
//   _contrib_div_sqrt_dim: x / sqrt(size of the last axis)        _contrib_quadratic: a x^2 + b x + c
//   _contrib_allclose: 1 when |a - b| <= atol + rtol |b| everywhere, else 0        khatri_rao: products of columns
//   amp_multicast: all inputs in the widest (cast_narrow: narrowest) of their float types
#include <cmath>

#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertDivSqrtDim(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() >= 1, "data without axes");
  if (!IsFloat(data.Type())) node.Unsupported("data of ", data.Type(), ": a root of integers");
  const double root = std::sqrt(static_cast<double>(shape[shape.Rank() - 1]));
  node.Output(node.Add("Divide", {data, node.Scalar(root, data.Type(), "root")}));
}

void ConvertQuadratic(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const double a = attrs.Double("a", 0.0), b = attrs.Double("b", 0.0), c = attrs.Double("c", 0.0);
  const Value data = node.Input(0);
  // Integers are cut towards zero after the sum.
  const ElementType type = IsFloat(data.Type()) ? data.Type() : ElementType::kF32;
  const Value x = node.Convert(data, type, "x");
  const Value square = node.Add("Multiply", {node.Scalar(a, type, "a"), node.Add("Multiply", {x, x}, {}, "square")});
  const Value linear = node.Add("Multiply", {node.Scalar(b, type, "b"), x}, {}, "linear");
  const Value sum = node.Add("Add", {node.Add("Add", {square, linear}), node.Scalar(c, type, "c")}, {}, "sum");
  node.Output(node.Convert(sum, data.Type(), "cut"));
}

void ConvertAllClose(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const double relative = attrs.Double("rtol", 1e-5), absolute = attrs.Double("atol", 1e-8);
  const bool equal_nan = attrs.Bool("equal_nan", true);
  node.Require(node.Input(0).Shape() == node.Input(1).Shape(), "shapes ", node.Input(0).Shape(), " and ",
               node.Input(1).Shape(), ": expected equal shapes");
  const ElementType type = node.Input(0).Type() == ElementType::kF64 ? ElementType::kF64 : ElementType::kF32;
  const Value a = node.Convert(node.Input(0), type, "a"), b = node.Convert(node.Input(1), type, "b");
  const Value gap = node.Add("Abs", {node.Add("Subtract", {a, b})}, {}, "gap");
  const Value allowed =
      node.Add("Add", {node.Add("Multiply", {node.Add("Abs", {b}), node.Scalar(relative, type, "rtol")}),
                       node.Scalar(absolute, type, "atol")});
  // Equal infinities have no difference to compare.
  Value close = node.Add("LogicalOr", {node.Add("Equal", {a, b}, {}, "equal"), node.Add("LessEqual", {gap, allowed})});
  if (equal_nan) {
    const Value both =
        node.Add("LogicalAnd", {node.Add("NotEqual", {a, a}, {}, "nan_a"), node.Add("NotEqual", {b, b}, {}, "nan_b")});
    close = node.Add("LogicalOr", {close, both}, {}, "close");
  }
  const Value flat = node.Reshape(node.Convert(close, ElementType::kI32, "number"), {-1}, "flat");
  node.Output(node.Convert(node.Add("ReduceMin", {flat, node.Indices({0}, "axes")}, {}, "all"), ElementType::kU8));
}

// The product of every row of one matrix with every row of the next, column by column: [m, k] and [n, k] to [m n, k].
void ConvertKhatriRao(NodeConverter& node) {
  const int64_t stated = node.Attrs().Int("num_args", static_cast<int64_t>(node.InputCount()));
  if (stated < 1 || stated != static_cast<int64_t>(node.InputCount()))
    node.Attrs().Refuse("num_args", StrCat("the ", node.InputCount(), " inputs of the node"));
  Value product = node.Input(0);
  for (size_t i = 0; i < node.InputCount(); ++i) {
    const Shape& shape = node.Input(i).Shape();
    node.Require(shape.Rank() == 2 && shape[1] == product.Shape()[1], "input ", i, " of shape ", shape,
                 ": expected a matrix with as many columns as the others");
    if (i == 0) continue;
    const int64_t columns = shape[1];
    const Value rows = node.Reshape(product, {-1, 1, columns}, StrCat("rows", i));
    const Value next = node.Reshape(node.Input(i), {1, -1, columns}, StrCat("next", i));
    product = node.Reshape(node.Add("Multiply", {rows, next}, {}, StrCat("products", i)), {-1, columns},
                           StrCat("product", i));
  }
  node.Output(product);
}

void ConvertAmpMulticast(NodeConverter& node) {
  const int64_t count = node.Attrs().Int("num_outputs");
  const bool narrow = node.Attrs().Bool("cast_narrow", false);
  if (count < 1 || count != static_cast<int64_t>(node.InputCount()))
    node.Attrs().Refuse("num_outputs", StrCat("the ", node.InputCount(), " inputs of the node"));
  bool any_single = false, any_half = false;
  for (size_t i = 0; i < node.InputCount(); ++i) {
    const ElementType type = node.Input(i).Type();
    any_single = any_single || type == ElementType::kF32;
    any_half = any_half || type == ElementType::kF16;
  }
  const ElementType target = (narrow ? any_half : !any_single) ? ElementType::kF16 : ElementType::kF32;
  for (size_t i = 0; i < node.InputCount(); ++i) {
    const Value x = node.Input(i);
    const bool cast = x.Type() == ElementType::kF32 || x.Type() == ElementType::kF16;
    node.Output(i, cast ? node.Convert(x, target, StrCat("cast", i)) : x);
  }
}

}  // namespace moir::mo

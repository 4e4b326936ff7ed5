// Reductions of the NumPy interface over `axis` (a number or several; all when absent): sums, products, extremes,
// means, spreads, truth values, norms, percentiles and positions of extremes. Reducing everything gives a scalar.
#include <cmath>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

Value Reduce(NodeConverter& node, const char* op, Value data, const std::vector<int64_t>& axes, bool keep,
             std::string_view suffix = {}) {
  if (axes.empty()) return node.Reshape(data, data.Shape().Dims(), "all");
  return node.Add(op, {data, node.Indices(axes, "axes")}, {{"keep_dims", keep}}, suffix);
}

// The shape that a reduction leaves.
Shape Remaining(const Shape& shape, const std::vector<int64_t>& axes, bool keep) {
  std::vector<int64_t> dims;
  for (int64_t axis = 0; axis < shape.Rank(); ++axis) {
    if (!std::binary_search(axes.begin(), axes.end(), axis)) dims.push_back(shape[axis]);
    else if (keep) dims.push_back(1);
  }
  return Shape(std::move(dims));
}

int64_t Count(const Shape& shape, const std::vector<int64_t>& axes) {
  int64_t count = 1;
  for (const int64_t axis : axes) count *= shape[axis];
  return count;
}

void RequireNoInitial(NodeConverter& node) {
  if (!node.Attrs().IsNone("initial")) node.Attrs().Refuse("initial", "none, as MXNet does not compute it");
}

// Everything in the result is `value`.
Value Fill(NodeConverter& node, double value, ElementType type, const Shape& shape) {
  return node.Add("Broadcast", {node.Scalar(value, type), node.Indices(shape.Dims(), "shape")}, {}, "fill");
}

// Sums (and products) of other types than the result's are taken in the widest type of their kind, then converted.
Value SumInto(NodeConverter& node, const char* op, Value data, const std::vector<int64_t>& axes, bool keep,
              ElementType type) {
  if (data.Type() == type && IsFloat(type)) return Reduce(node, op, data, axes, keep);
  const ElementType wide = IsFloat(data.Type()) ? ElementType::kF64 : ElementType::kI64;
  return Cut(node, Reduce(node, op, node.Convert(data, wide, "wide"), axes, keep), type);
}

// The sum in the result's type by a number, cut towards zero for integers.
Value MeanInto(NodeConverter& node, Value data, const std::vector<int64_t>& axes, bool keep, ElementType type,
               int64_t count) {
  if (data.Type() == type && IsFloat(type) && count == Count(data.Shape(), axes))
    return Reduce(node, "ReduceMean", data, axes, keep, "mean");
  const Value sum = SumInto(node, "ReduceSum", data, axes, keep, type);
  if (type == ElementType::kBool) return sum;
  if (count == 0 && !IsFloat(type)) node.Unsupported("a division by zero in ", type);
  return node.Add("Divide", {sum, node.Scalar(static_cast<double>(count), type, "count")}, {{"m_pythondiv", false}},
                  "mean");
}

}  // namespace

void ConvertNumpyReduce(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  RequireNoInitial(node);
  const bool keep = node.Attrs().Bool("keepdims", false);
  const Shape& shape = data.Shape();
  const std::vector<int64_t> axes = NumpyAxes(node, shape.Rank());
  if (node.Op() == "_np_max" || node.Op() == "_np_min") {
    node.Require(Count(shape, axes) > 0, "data of shape ", shape, ": nothing has no largest and no smallest element");
    const bool truth = data.Type() == ElementType::kBool;
    const Value numbers = truth ? node.Convert(data, ElementType::kI32, "numbers") : data;
    const Value y = Reduce(node, node.Op() == "_np_max" ? "ReduceMax" : "ReduceMin", numbers, axes, keep);
    return node.Output(node.Convert(y, data.Type()));
  }
  const ElementType type =
      node.Attrs().OptionalDType("dtype").value_or(data.Type() == ElementType::kBool ? ElementType::kI64 : data.Type());
  const bool product = node.Op() == "_np_prod";
  // MXNet gives 0 for the product of nothing, too.
  if (product && shape.NumElements() == 0) return node.Output(Fill(node, 0, type, Remaining(shape, axes, keep)));
  node.Output(SumInto(node, product ? "ReduceProd" : "ReduceSum", data, axes, keep, type));
}

// The sum, converted to the result's type, by the number of elements.
void ConvertNumpyMean(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  RequireNoInitial(node);
  const bool keep = node.Attrs().Bool("keepdims", false);
  const Shape& shape = data.Shape();
  const std::vector<int64_t> axes = NumpyAxes(node, shape.Rank());
  const ElementType type =
      node.Attrs().OptionalDType("dtype").value_or(IsFloat(data.Type()) ? data.Type() : ElementType::kF32);
  // MXNet gives 0 for the mean of nothing.
  if (shape.NumElements() == 0) return node.Output(Fill(node, 0, type, Remaining(shape, axes, keep)));
  node.Output(MeanInto(node, data, axes, keep, type, Count(shape, axes)));
}

// var: the mean of squared distances from the mean, by the number of elements less ddof.  std: its root. Distances and
// squares have the data's type, so those of integers are from the mean cut towards zero.
void ConvertNumpyMoments(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const bool keep = attrs.Bool("keepdims", false);
  const std::vector<int64_t> axes = NumpyAxes(node, data.Shape().Rank());
  const int64_t ddof = attrs.Int("ddof", 0), count = Count(data.Shape(), axes);
  const ElementType type = attrs.OptionalDType("dtype").value_or(data.Type());
  if (data.Type() == ElementType::kBool || type == ElementType::kBool)
    node.Unsupported("booleans; convert them with astype first");
  if (count == 0 && !IsFloat(type)) node.Unsupported("a spread of nothing in ", type);
  const Value mean = MeanInto(node, data, axes, true, data.Type(), count);
  const Value squares = node.Add("SquaredDifference", {data, mean}, {}, "squares");
  const Value var = MeanInto(node, squares, axes, keep, type, count - ddof);
  if (node.Op() == "_npi_var") return node.Output(var);
  node.Output(InFloat(node, var, [&](Value x) { return node.Add("Sqrt", {x}); }));
}

// any, all: whether one element, or every element, is not 0.
void ConvertNumpyTruth(NodeConverter& node) {
  node.RequireInputs(1);
  Value data = node.Input(0);
  const bool keep = node.Attrs().Bool("keepdims", false);
  const bool any = node.Op() == "_np_any";
  const Shape& shape = data.Shape();
  const std::vector<int64_t> axes = NumpyAxes(node, shape.Rank());
  if (shape.NumElements() == 0)
    return node.Output(Fill(node, any ? 0 : 1, ElementType::kBool, Remaining(shape, axes, keep)));
  if (data.Type() != ElementType::kBool)
    data = node.Add("NotEqual", {data, node.Scalar(0, data.Type(), "zero")}, {}, "truth");
  const Value number = node.Convert(data, ElementType::kI32, "number");
  node.Output(node.Convert(Reduce(node, any ? "ReduceMax" : "ReduceMin", number, axes, keep), ElementType::kBool));
}

// The position of the first largest or smallest element along an axis, or in everything, as i64.
void ConvertNumpyArgExtreme(NodeConverter& node) {
  node.RequireInputs(1);
  Value data = node.Input(0);
  const auto& attrs = node.Attrs();
  const std::optional<int64_t> given = attrs.OptionalInt("axis");
  const bool keep = attrs.Bool("keepdims", false);
  const Shape shape = data.Shape();
  if (data.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
  std::vector<int64_t> axes = AxisRange(0, shape.Rank());
  int64_t axis = 0;
  if (given && shape.Rank() > 0) {
    axis = node.Axis(*given, shape.Rank());
    axes = {axis};
  } else {
    data = node.Reshape(data, {-1}, "flat");
  }
  node.Require(Count(shape, axes) > 0, "data of shape ", shape, ": nothing has no largest and no smallest element");
  if (shape.NumElements() == 0) return node.Output(Fill(node, 0, ElementType::kI64, Remaining(shape, axes, keep)));
  graph::Node* top = node.AddNode("TopK", {data, node.Scalar(1, ElementType::kI64, "k")},
                                  {{"axis", axis},
                                   {"mode", node.Op() == "_npi_argmax" ? "max" : "min"},
                                   {"sort", "none"},
                                   {"index_element_type", "i64"}},
                                  "top");
  node.Output(node.Reshape(top->Output(1), Remaining(shape, axes, keep).Dims()));
}

// sum(a * weights) / sum(weights); without weights the mean. Output 1: the sum of the weights.
void ConvertNumpyAverage(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const bool weighted = attrs.Bool("weighted", true), returned = attrs.Bool("returned", false);
  node.RequireInputs(weighted ? 2 : 1);
  const Value data = node.Input(0);
  const ElementType type = data.Type();
  if (type == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
  const Shape& shape = data.Shape();
  const std::vector<int64_t> axes = NumpyAxes(node, shape.Rank());
  Value average, total;
  if (weighted) {
    Value weights = node.Input(1);
    node.Require(weights.Type() == type, "types ", type, " and ", weights.Type(), ": expected equal types");
    std::vector<int64_t> weight_axes = axes;
    if (weights.Shape().Rank() != shape.Rank()) {
      node.Require(weights.Shape().Rank() == 1 && !attrs.IsNone("axis") && axes.size() == 1 &&
                       weights.Shape()[0] == shape[axes[0]],
                   "weights of shape ", weights.Shape(), ": expected ", shape, " or one for each element along axis");
      total = node.Add("ReduceSum", {weights, node.Indices({0}, "axes")}, {}, "total");
      std::vector<int64_t> dims(static_cast<size_t>(shape.Rank()), 1);
      dims[static_cast<size_t>(axes[0])] = weights.Shape()[0];
      weights = node.Reshape(weights, dims, "weights");
    } else {
      node.Require(weights.Shape() == shape, "weights of shape ", weights.Shape(), ": expected ", shape);
      total = Reduce(node, "ReduceSum", weights, axes, false, "total");
    }
    const Value sum =
        Reduce(node, "ReduceSum", node.Add("Multiply", {data, weights}, {}, "weighted"), axes, false, "sum");
    average = node.Add("Divide", {sum, total}, {{"m_pythondiv", false}});
  } else {
    average = MeanInto(node, data, axes, false, type, Count(shape, axes));
    total = node.Scalar(static_cast<double>(Count(shape, axes)), type, "total");
  }
  node.Output(0, average);
  if (returned) node.Output(1, total);
}

// Norms of vectors (one axis) and matrices (two). flag tells what the frontend was asked for: -2 the root of the sum of
// all squares, 1 the same of a matrix, 2 the nuclear norm, others the order `ord`.
void ConvertNumpyNorm(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank(), flag = attrs.Int("flag", -1);
  const double order = attrs.Double("ord", 2.0);
  const bool keep = attrs.Bool("keepdims", false);
  std::vector<int64_t> axes;  // in the order given: rows, columns
  if (const auto given = attrs.OptionalIntTuple("axis")) {
    for (const int64_t axis : *given) axes.push_back(node.Axis(axis, rank));
  } else {
    axes = AxisRange(flag == -2 ? 0 : std::max<int64_t>(0, rank - 2), rank);
  }
  if (!IsFloat(data.Type())) node.Unsupported("data of ", data.Type(), "; convert it to float32 first");
  std::vector<int64_t> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  node.Require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "attribute axis: an axis comes twice");
  if (data.Shape().NumElements() == 0)
    return node.Output(Fill(node, 0, data.Type(), Remaining(data.Shape(), sorted, keep)));
  if (flag == -2 || (axes.size() == 2 && flag == 1)) return node.Output(Reduce(node, "ReduceL2", data, sorted, keep));
  if (axes.size() == 2) {
    if (flag == 2 || std::abs(order) == 2) node.Unsupported("attribute ord: a norm of singular values");
    // Every other order is taken for an infinity of its sign.
    const bool columns = std::abs(order) == 1;
    const Value sums = Reduce(node, "ReduceL1", data, {axes[columns ? 0 : 1]}, true, "sums");
    return node.Output(Reduce(node, order > 0 ? "ReduceMax" : "ReduceMin", sums, sorted, keep));
  }
  if (axes.size() != 1) attrs.Refuse("axis", "one axis or two");
  if (flag == 2) attrs.Refuse("flag", "another one for vectors");
  if (std::isinf(order)) attrs.Refuse("ord", "a finite number for vectors");
  if (order == 1 || order == 2)
    return node.Output(Reduce(node, order == 1 ? "ReduceL1" : "ReduceL2", data, axes, keep));
  const Value zero = node.Scalar(0, data.Type(), "zero");
  const Value is_zero = node.Add("Equal", {data, zero}, {}, "is_zero");
  const Value one = node.Scalar(1, data.Type(), "one");
  if (order == 0) {
    const Value counted = node.Add("Select", {is_zero, zero, one}, {}, "counted");
    return node.Output(Reduce(node, "ReduceSum", counted, axes, keep));
  }
  // Zeros add nothing, whatever the order; a sum of nothing has the root 0.
  const Value powers = node.Add("Power", {node.Add("Abs", {data}), node.Scalar(order, data.Type(), "order")});
  const Value sum =
      Reduce(node, "ReduceSum", node.Add("Select", {is_zero, zero, powers}, {}, "powers"), axes, keep, "sum");
  const Value root = node.Add("Power", {sum, node.Scalar(1 / order, data.Type(), "root")}, {}, "root");
  node.Output(node.Add("Select", {node.Add("Equal", {sum, zero}, {}, "no_sum"), zero, root}));
}

// Of the sorted elements the one at q% of the way from the first to the last; between two of them as `interpolation`
// says. q is a number or an input with one axis at most, which becomes the first axis of the result.
void ConvertNumpyPercentile(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::optional<double> q_scalar = attrs.OptionalDouble("q_scalar");
  node.RequireInputs(q_scalar ? 1 : 2);
  const std::string mode = attrs.OneOf("interpolation", "linear", {"linear", "lower", "higher", "midpoint", "nearest"});
  const bool keep = attrs.Bool("keepdims", false);
  Value data = node.Input(0);
  const ElementType type = data.Type() == ElementType::kF64 ? ElementType::kF64 : ElementType::kF32;
  if (data.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
  const Shape shape = data.Shape();
  const std::vector<int64_t> axes = NumpyAxes(node, shape.Rank());
  const int64_t count = Count(shape, axes);
  node.Require(count > 0, "data of shape ", shape, ": nothing has no percentiles");
  if (q_scalar && !(*q_scalar >= 0 && *q_scalar <= 100)) attrs.Refuse("q_scalar", "a number within [0, 100]");
  const Value q = q_scalar ? node.Scalar(*q_scalar, ElementType::kF64, "q") : node.Input(1);
  node.Require(q.Shape().Rank() <= 1, "q of shape ", q.Shape(), ": expected one axis at most");
  if (const Tensor* known = q.Constant()) {
    for (const double value : known->ToVector<double>())
      node.Require(value >= 0 && value <= 100, "q: got ", value, ", expected a number within [0, 100]");
  }
  // The elements to choose from as the first axis, sorted.
  std::vector<int64_t> order = axes, rest;
  for (int64_t axis = 0; axis < shape.Rank(); ++axis) {
    if (!std::binary_search(axes.begin(), axes.end(), axis)) order.push_back(axis), rest.push_back(shape[axis]);
  }
  std::vector<int64_t> dims = {count};
  dims.insert(dims.end(), rest.begin(), rest.end());
  data = node.Reshape(shape.Rank() > 1 ? node.Transpose(data, order) : data, dims, "elements");
  const Value sorted =
      node.Add("TopK", {data, node.Scalar(static_cast<double>(count), ElementType::kI64, "k")},
               {{"axis", int64_t{0}}, {"mode", "min"}, {"sort", "value"}, {"index_element_type", "i64"}}, "sorted");
  // Where to look, in f32 as MXNet does.
  const auto f32 = [&](double value, std::string_view suffix) { return node.Scalar(value, ElementType::kF32, suffix); };
  const Value exact = node.Convert(q, ElementType::kF64, "q64");
  const Value steps = node.Add(
      "Multiply", {exact, node.Scalar(static_cast<double>(count - 1), ElementType::kF64, "steps")}, {}, "scaled");
  Value place = node.Convert(node.Add("Divide", {steps, node.Scalar(100, ElementType::kF64, "hundred")}, {}, "place64"),
                             ElementType::kF32, "place");
  const auto gather = [&](Value index, std::string_view suffix) {
    return node.Add("Gather", {sorted, node.Convert(index, ElementType::kI64, "index"), node.Index(0)}, {}, suffix);
  };
  Value y;
  if (mode == "lower" || mode == "higher" || mode == "nearest") {
    place = mode == "lower"    ? node.Add("Floor", {place})
            : mode == "higher" ? node.Add("Ceiling", {place})
                               : node.Add("Round", {place}, {{"mode", "half_away_from_zero"}});
    y = node.Convert(gather(place, "chosen"), type);
  } else {
    const Value below = node.Add("Floor", {place}, {}, "below");
    if (mode == "midpoint") {
      place = node.Add("Divide", {node.Add("Add", {below, node.Add("Ceiling", {place})}), f32(2, "two")}, {}, "middle");
    }
    const Value above = node.Add(
        "Minimum", {node.Add("Add", {below, f32(1, "one")}), f32(static_cast<double>(count - 1), "last")}, {}, "above");
    Value weight = node.Add("Subtract", {place, below}, {}, "weight");
    // One weight per element of q, along the first axis.
    if (q.Shape().Rank() == 1 && !rest.empty()) {
      std::vector<int64_t> column(rest.size() + 1, 1);
      column[0] = -1;
      weight = node.Reshape(weight, column, "weights");
    }
    weight = node.Convert(weight, type, "weight_as");
    const Value other = node.Add("Subtract", {node.Scalar(1, type, "whole"), weight}, {}, "other_weight");
    y = node.Add("Add", {node.Add("Multiply", {node.Convert(gather(below, "low"), type), other}),
                         node.Add("Multiply", {node.Convert(gather(above, "high"), type), weight})});
  }
  if (keep) {
    std::vector<int64_t> kept = Remaining(shape, axes, true).Dims();
    if (q.Shape().Rank() == 1) kept.insert(kept.begin(), q.Shape()[0]);
    y = node.Reshape(y, kept);
  }
  node.Output(y);
}

}  // namespace moir::mo

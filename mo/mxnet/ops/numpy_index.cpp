// Choosing and placing elements in the NumPy interface: diagonals, triangles, differences, insertion, padding.
#include <cmath>
#include <numeric>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

Value Pick(NodeConverter& node, Value data, const std::vector<int64_t>& positions, int64_t axis,
           std::string_view suffix) {
  return node.Add("Gather", {data, node.Indices(positions, "positions"), node.Index(axis)}, {}, suffix);
}

Value Part(NodeConverter& node, Value data, int64_t start, int64_t stop, int64_t axis, std::string_view suffix) {
  return node.Add("Slice",
                  {data, node.Indices({start}, "start"), node.Indices({stop}, "stop"), node.Indices({1}, "step"),
                   node.Indices({axis}, "axes")},
                  {}, suffix);
}

Value Flat(NodeConverter& node, Value data) {
  return data.Shape().Rank() == 1 ? data : ReshapeTo(node, data, {data.Shape().NumElements()}, "flat");
}

// Places on the k-th diagonal of a matrix in row-major order.
std::vector<int64_t> DiagonalPlaces(int64_t rows, int64_t columns, int64_t k) {
  std::vector<int64_t> places;
  if (k <= -rows || k >= columns) return places;
  for (int64_t row = std::max<int64_t>(0, -k); row < rows && row + k < columns; ++row)
    places.push_back(row * columns + row + k);
  return places;
}

// The diagonal of two axes becomes the last one.
Value Diagonal(NodeConverter& node, Value data, int64_t k, int64_t axis1, int64_t axis2) {
  const Shape shape = data.Shape();
  std::vector<int64_t> order, dims;
  for (int64_t axis = 0; axis < shape.Rank(); ++axis) {
    if (axis == axis1 || axis == axis2) continue;
    order.push_back(axis);
    dims.push_back(shape[axis]);
  }
  order.push_back(axis1);
  order.push_back(axis2);
  dims.push_back(shape[axis1] * shape[axis2]);
  if (!std::is_sorted(order.begin(), order.end())) data = node.Transpose(data, order);
  const auto last = static_cast<int64_t>(dims.size()) - 1;
  return Pick(node, ReshapeTo(node, data, dims, "flat"), DiagonalPlaces(shape[axis1], shape[axis2], k), last,
              "diagonal");
}

// A square matrix with the vector on its k-th diagonal.
Value DiagonalMatrix(NodeConverter& node, Value vector, int64_t k) {
  const int64_t count = vector.Shape()[0], size = count + std::abs(k);
  const Value zero = node.Constant(Tensor(vector.Type(), Shape{1}), "zero");
  const Value all = node.Add("Concat", {vector, zero}, {{"axis", int64_t{0}}}, "with_zero");
  std::vector<int64_t> positions(static_cast<size_t>(size * size), count);
  int64_t next = 0;
  for (const int64_t place : DiagonalPlaces(size, size, k)) positions[static_cast<size_t>(place)] = next++;
  return node.Add(
      "Gather", {all, node.Constant(Tensor::FromValues<int64_t>({size, size}, positions), "positions"), node.Index(0)});
}

int64_t DiagonalNumber(NodeConverter& node, std::string_view name) {
  const int64_t k = node.Attrs().Int(name, 0);
  if (std::abs(k) > (int64_t{1} << 30)) node.Attrs().Refuse(name, "a smaller number");
  return k;
}

// Positions start, start + step, ... before stop as Python's slices have them, ascending.
std::vector<int64_t> SlicePositions(NodeConverter& node, int64_t size) {
  const auto& attrs = node.Attrs();
  const int64_t step = attrs.OptionalInt("step").value_or(1);
  if (step == 0) attrs.Refuse("step", "a number other than 0");
  const auto bound = [&](std::string_view name, int64_t absent) {
    const std::optional<int64_t> given = attrs.OptionalInt(name);
    if (!given) return absent;
    const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    return std::clamp(*given < 0 ? std::max(*given, -size - 1) + size : *given, low, high);
  };
  const int64_t start = bound("start", step > 0 ? 0 : size - 1), stop = bound("stop", step > 0 ? size : -1);
  std::vector<int64_t> positions;
  for (int64_t i = start; step > 0 ? i < stop : i > stop; i += std::clamp(step, -size - 1, size + 1))
    positions.push_back(i);
  std::sort(positions.begin(), positions.end());
  return positions;
}

// Positions that an input holds, which has to be known while the model is converted.
std::vector<int64_t> KnownPositions(NodeConverter& node, size_t input) {
  const Value value = node.Input(input);
  const Tensor* known = value.Constant();
  if (!known) node.Unsupported("positions that are computed; the result's shape has to be known");
  return known->ToVector<int64_t>();
}

// The position among `size` elements whose mirror images, laid end to end, show it at `place`.
int64_t MirroredPosition(int64_t place, int64_t size, bool with_border) {
  const int64_t period = with_border ? 2 * size : 2 * size - 2;
  if (period <= 0) return 0;
  const int64_t within = ((place % period) + period) % period;
  return within < size ? within : period - within - (with_border ? 1 : 0);
}

// Pads with mirror images of each axis. What one image cannot fill shows several.
Value Mirror(NodeConverter& node, Value data, const std::vector<int64_t>& begin, const std::vector<int64_t>& end,
             bool with_border) {
  bool one_image = true;
  for (int64_t axis = 0; axis < data.Shape().Rank(); ++axis) {
    const auto k = static_cast<size_t>(axis);
    one_image = one_image && std::max(begin[k], end[k]) <= data.Shape()[axis] - (with_border ? 0 : 1);
  }
  if (one_image) {
    return node.Add("Pad", {data, node.Indices(begin, "begin"), node.Indices(end, "end")},
                    {{"pad_mode", with_border ? "symmetric" : "reflect"}});
  }
  for (int64_t axis = 0; axis < data.Shape().Rank(); ++axis) {
    const auto k = static_cast<size_t>(axis);
    if (begin[k] + end[k] == 0) continue;
    const int64_t size = data.Shape()[axis];
    node.Require(size > 0, "axis ", axis, " is empty and has no mirror image");
    std::vector<int64_t> positions;
    for (int64_t place = -begin[k]; place < size + end[k]; ++place)
      positions.push_back(MirroredPosition(place, size, with_border));
    data = Pick(node, data, positions, axis, "mirrored");
  }
  return data;
}

// Data and its axis; without attribute axis the flattened data.
std::pair<Value, int64_t> AlongAxis(NodeConverter& node, Value data) {
  const std::optional<int64_t> axis = node.Attrs().OptionalInt("axis");
  if (!axis) return {Flat(node, data), 0};
  node.Require(data.Shape().Rank() > 0, "scalars have no axis");
  return {data, node.Axis(*axis, data.Shape().Rank())};
}

}  // namespace

// A matrix from a vector, or the diagonal of a matrix.
void ConvertNumpyDiag(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t k = DiagonalNumber(node, "k");
  if (node.Op() == "_np_diagflat") return node.Output(DiagonalMatrix(node, Flat(node, data), k));
  node.Require(data.Shape().Rank() == 1 || data.Shape().Rank() == 2, "data of shape ", data.Shape(),
               ": expected a vector or a matrix");
  node.Output(data.Shape().Rank() == 1 ? DiagonalMatrix(node, data, k) : Diagonal(node, data, k, 0, 1));
}

// diagonal: of two axes, put last.  trace: its sum.
void ConvertNumpyDiagonal(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank(), k = DiagonalNumber(node, "offset");
  node.Require(rank >= 2, "data of shape ", data.Shape(), ": expected two axes or more");
  const int64_t axis1 = node.Axis(node.Attrs().Int("axis1", 0), rank, "axis1"),
                axis2 = node.Axis(node.Attrs().Int("axis2", 1), rank, "axis2");
  if (axis1 == axis2) node.Attrs().Refuse("axis2", "another axis than axis1");
  const Value diagonal = Diagonal(node, data, k, axis1, axis2);
  if (node.Op() == "_np_diagonal") return node.Output(diagonal);
  if (data.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
  node.Output(node.Add("ReduceSum", {diagonal, node.Indices({rank - 2}, "axes")}));
}

// What stands above the k-th diagonal becomes 0; a vector is every row of a square matrix.
void ConvertNumpyTril(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() >= 1, "a scalar has no triangle");
  const int64_t k = DiagonalNumber(node, "k"), columns = shape[shape.Rank() - 1],
                rows = shape.Rank() == 1 ? columns : shape[shape.Rank() - 2];
  Tensor keep(ElementType::kBool, Shape{rows, columns});
  const auto places = keep.MutableValues<bool>();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column)
      places[static_cast<size_t>(row * columns + column)] = column <= row + k;
  }
  node.Output(node.Add("Select", {node.Constant(keep, "keep"), data, node.Scalar(0, data.Type(), "zero")}));
}

// n times the distances between neighbours along an axis.
void ConvertNumpyDiff(NodeConverter& node) {
  node.RequireInputs(1);
  Value data = node.Input(0);
  const int64_t n = node.Attrs().Int("n", 1), axis = node.Axis(node.Attrs().Int("axis", -1), data.Shape().Rank());
  if (n < 0) node.Attrs().Refuse("n", "a number from 0");
  if (data.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
  const int64_t size = data.Shape()[axis];
  if (n >= size && n > 0) {
    std::vector<int64_t> dims = data.Shape().Dims();
    dims[static_cast<size_t>(axis)] = 0;
    return node.Output(node.Constant(Tensor(data.Type(), Shape(dims)), "nothing"));
  }
  if (n == 0) return node.Output(ReshapeTo(node, data, data.Shape().Dims()));
  for (int64_t i = 0; i < n; ++i) {
    data = node.Add("Subtract",
                    {Part(node, data, 1, size - i, axis, "later"), Part(node, data, 0, size - i - 1, axis, "earlier")});
  }
  node.Output(data);
}

// Distances between neighbours of the flattened data, with something before and after.
void ConvertNumpyEdiff1d(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const Value data = Flat(node, node.Input(0));
  const int64_t size = data.Shape()[0];
  if (data.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
  std::vector<Value> parts;
  size_t next = 1;
  const auto add = [&](std::string_view is_array, std::string_view scalar) {
    if (attrs.Bool(is_array, false)) {
      const Value part = node.Input(next++);
      node.Require(part.Type() == data.Type(), "types ", data.Type(), " and ", part.Type(), ": expected equal types");
      parts.push_back(Flat(node, part));
    } else if (const std::optional<double> number = attrs.OptionalDouble(scalar)) {
      parts.push_back(ReshapeTo(node, NumpyScalar(node, *number, data.Type()), {1}, "end"));
    }
  };
  add("to_begin_arr_given", "to_begin_scalar");
  if (size > 1)
    parts.push_back(
        node.Add("Subtract", {Part(node, data, 1, size, 0, "later"), Part(node, data, 0, size - 1, 0, "earlier")}));
  add("to_end_arr_given", "to_end_scalar");
  node.RequireInputs(next);
  if (parts.empty()) return node.Output(node.Constant(Tensor(data.Type(), Shape{0}), "nothing"));
  node.Output(parts.size() == 1 ? ReshapeTo(node, parts[0], parts[0].Shape().Dims())
                                : node.Add("Concat", parts, {{"axis", int64_t{0}}}));
}

// Values before a position, or one each before the positions of a slice or of known numbers.
void ConvertNumpyInsert(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const auto [data, axis] = AlongAxis(node, node.Input(0));
  const Shape shape = data.Shape();
  const int64_t rank = shape.Rank(), size = shape[axis];
  const std::optional<double> number = attrs.OptionalDouble("val");
  Value values = number ? NumpyScalar(node, *number, data.Type()) : node.Input(1);
  size_t inputs = number ? 1 : 2;
  std::vector<int64_t> positions;
  bool single = false;
  if (node.Op() == "_npi_insert_scalar") {
    positions = {attrs.Int("int_ind")};
    single = true;
    attrs.Ignore({"start", "stop", "step"});
  } else if (node.Op() == "_npi_insert_slice") {
    positions = SlicePositions(node, size);
    attrs.Ignore({"int_ind"});
  } else {
    positions = KnownPositions(node, inputs++);
    single = positions.size() == 1;
    attrs.Ignore({"int_ind", "start", "stop", "step"});
  }
  node.RequireInputs(inputs);
  for (int64_t& position : positions) {
    node.Require(position >= -size && position <= size, "position ", position, ": expected one in [", -size, ", ", size,
                 "]");
    if (position < 0) position += size;
  }
  // What is inserted, with the data's axes. A single position takes all of it, with its first axis as `axis`.
  std::vector<int64_t> dims = values.Shape().Dims();
  node.Require(static_cast<int64_t>(dims.size()) <= rank, "values of shape ", values.Shape(), ": expected ", rank,
               " axes at most");
  values = node.Convert(values, data.Type(), "values");
  if (single && node.Op() == "_npi_insert_scalar" && !dims.empty()) {
    // The first axis of the values moves to `axis`.
    dims.insert(dims.begin(), static_cast<size_t>(rank) - dims.size(), 1);
    values = ReshapeTo(node, values, dims, "values_axes");
    std::vector<int64_t> order;
    for (int64_t i = 1; i < rank; ++i) order.push_back(i);
    order.insert(order.begin() + axis, 0);
    values = node.Transpose(values, order, "values_order");
  }
  Shape target = shape;
  const int64_t lead = rank - values.Shape().Rank();
  const int64_t stated = axis >= lead ? values.Shape()[axis - lead] : 1;
  target[axis] = single ? stated : static_cast<int64_t>(positions.size());
  node.Require(BroadcastsTo(values.Shape(), target), "values of shape ", values.Shape(), " do not fit into ", target);
  values = node.Add("Broadcast", {values, node.Indices(target.Dims(), "values_shape")}, {}, "values_all");
  // Places in [data, values] along the axis, in the order of the result.
  std::vector<std::pair<int64_t, int64_t>> insertions;  // before which element, which value
  for (int64_t i = 0; i < target[axis]; ++i) insertions.emplace_back(positions[single ? 0 : static_cast<size_t>(i)], i);
  std::stable_sort(insertions.begin(), insertions.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int64_t> places;
  size_t next = 0;
  for (int64_t i = 0; i <= size; ++i) {
    for (; next < insertions.size() && insertions[next].first == i; ++next)
      places.push_back(size + insertions[next].second);
    if (i < size) places.push_back(i);
  }
  const Value all = node.Add("Concat", {data, values}, {{"axis", axis}}, "all");
  node.Output(Pick(node, all, places, axis, "inserted"));
}

// Pads every axis with a number, its border, its mirror image or its extreme.
void ConvertNumpyPad(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  const std::string mode =
      attrs.OneOf("mode", "constant", {"constant", "edge", "maximum", "minimum", "reflect", "symmetric"});
  attrs.OneOf("reflect_type", "even", {"even", "odd"});  // MXNet does not look at it
  const double number = attrs.Double("constant_value", 0.0);
  // ((before, after), ...) or one pair for all axes.
  std::string text = attrs.String("pad_width");
  std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == '[' || c == ']'; });
  std::vector<int64_t> widths = Attributes({{"pad_width", "(" + text + ")"}}, attrs.Place()).Ints("pad_width");
  if (widths.size() == 1) widths.push_back(widths[0]);
  if (widths.size() == 2) {
    for (int64_t axis = 1; axis < rank; ++axis) widths.insert(widths.end(), {widths[0], widths[1]});
  }
  if (static_cast<int64_t>(widths.size()) != 2 * rank)
    attrs.Refuse("pad_width", StrCat("a pair for each of ", rank, " axes"));
  std::vector<int64_t> begin, end;
  for (int64_t axis = 0; axis < rank; ++axis) {
    begin.push_back(widths[static_cast<size_t>(2 * axis)]);
    end.push_back(widths[static_cast<size_t>(2 * axis + 1)]);
    if (begin.back() < 0 || end.back() < 0) attrs.Refuse("pad_width", "numbers from 0");
  }
  if (mode == "maximum" || mode == "minimum") {
    if (data.Type() == ElementType::kBool) node.Unsupported("booleans; convert them with astype first");
    for (int64_t axis = 0; axis < rank; ++axis) {
      const auto k = static_cast<size_t>(axis);
      if (begin[k] + end[k] == 0) continue;
      const Value extreme = node.Add(mode == "maximum" ? "ReduceMax" : "ReduceMin",
                                     {data, node.Indices({axis}, "axes")}, {{"keep_dims", true}}, "extreme");
      const auto fill = [&](int64_t count) {
        Shape shape = data.Shape();
        shape[axis] = count;
        return node.Add("Broadcast", {extreme, node.Indices(shape.Dims(), "fill_shape")}, {}, "fill");
      };
      std::vector<Value> parts;
      if (begin[k] > 0) parts.push_back(fill(begin[k]));
      parts.push_back(data);
      if (end[k] > 0) parts.push_back(fill(end[k]));
      data = node.Add("Concat", parts, {{"axis", axis}}, "padded");
    }
    return node.Output(ReshapeTo(node, data, data.Shape().Dims()));
  }
  if (mode == "reflect" || mode == "symmetric") return node.Output(Mirror(node, data, begin, end, mode == "symmetric"));
  std::vector<Value> inputs = {data, node.Indices(begin, "begin"), node.Indices(end, "end")};
  if (mode == "constant") inputs.push_back(NumpyScalar(node, number, data.Type()));
  node.Output(node.Add("Pad", inputs, {{"pad_mode", mode}}));
}

// What MXNet computes with a shape that follows from values.
void ConvertValueDependent(NodeConverter& node) {
  node.Unsupported("the result's shape follows from the values of the data, which an IR cannot say; cut the graph ",
                   "before it with --output");
}

}  // namespace moir::mo

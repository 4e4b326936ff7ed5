// Values that follow from the shape of the data alone.
//   shape_array, size_array: the sizes of the axes; the number of elements
//   _contrib_arange_like: start, start + step, ... along `axis`, or over all elements, each `repeat` times
//   _contrib_index_array: the position of every element along each axis of `axes` (all), on a new last axis
//   _eye: N x M (0: N x N) with ones on the k-th diagonal
#include <algorithm>
#include <cmath>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertShapeArray(NodeConverter& node) {
  node.RequireInputs(1);
  node.Attrs().Ignore({"lhs_begin", "lhs_end", "rhs_begin", "rhs_end"});
  const Shape& shape = node.Input(0).Shape();
  node.Output(node.Constant(node.Op() == "size_array" ? Tensor::Indices({shape.NumElements()})
                                                      : Tensor::Indices(shape.Dims())));
}

void ConvertArangeLike(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const double start = attrs.Double("start", 0.0), step = attrs.Double("step", 1.0);
  const int64_t repeat = attrs.Int("repeat", 1);
  const std::optional<int64_t> axis = attrs.OptionalInt("axis");
  attrs.Ignore({"ctx"});
  if (repeat < 1) attrs.Refuse("repeat", "a positive number");
  const Shape shape = axis ? Shape{data.Shape()[node.Axis(*axis, data.Shape().Rank())]} : data.Shape();
  RequireWritable(node, shape);
  const auto count = static_cast<size_t>(shape.NumElements());
  const auto times = [&](size_t i) { return static_cast<int64_t>(i) / repeat; };
  if (data.Type() == ElementType::kF32 || data.Type() == ElementType::kF64) {
    std::vector<double> values(count);
    for (size_t i = 0; i < count; ++i) values[i] = start + static_cast<double>(times(i)) * step;
    return node.Output(node.Constant(Tensor::FromValues<double>(shape, values).ConvertTo(data.Type())));
  }
  // For the other types, half precision among them, MXNet cuts start and step to integers first.
  constexpr double kLimit = 1 << 30;
  if (!(std::abs(start) < kLimit)) attrs.Refuse("start", "a number of 30 bits");
  if (!(std::abs(step) < kLimit)) attrs.Refuse("step", "a number of 30 bits");
  std::vector<int64_t> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<int64_t>(start) + times(i) * static_cast<int64_t>(step);
  node.Output(node.Constant(Tensor::FromValues<int64_t>(shape, values).ConvertTo(data.Type())));
}

void ConvertIndexArray(NodeConverter& node) {
  node.RequireInputs(1);
  const Shape& shape = node.Input(0).Shape();
  std::vector<int64_t> axes = node.Attrs().OptionalIntTuple("axes").value_or(AxisRange(0, shape.Rank()));
  for (int64_t& axis : axes) axis = node.Axis(axis, shape.Rank(), "axes");
  std::vector<int64_t> dims = shape.Dims();
  dims.push_back(static_cast<int64_t>(axes.size()));
  RequireWritable(node, Shape(dims));
  const std::vector<int64_t> strides = shape.Strides();
  std::vector<int64_t> values;
  for (int64_t i = 0; i < shape.NumElements(); ++i) {
    for (const int64_t axis : axes) values.push_back(i / strides[static_cast<size_t>(axis)] % shape[axis]);
  }
  node.Output(node.Constant(Tensor::FromValues<int64_t>(Shape(dims), values)));
}

void ConvertEye(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const int64_t rows = attrs.Int("N"), stated = attrs.Int("M", 0), diagonal = attrs.Int("k", 0);
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  attrs.Ignore({"ctx"});
  if (rows < 1) attrs.Refuse("N", "a positive number");
  if (stated < 0) attrs.Refuse("M", "a number from 0");
  const int64_t columns = stated == 0 ? rows : stated;
  RequireWritable(node, {rows, columns});
  std::vector<double> values(static_cast<size_t>(Shape{rows, columns}.NumElements()));
  const int64_t limit = rows + columns;
  const int64_t offset = std::clamp(diagonal, -limit, limit);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t column = row + offset;
    if (column >= 0 && column < columns) values[static_cast<size_t>(row * columns + column)] = 1;
  }
  node.Output(node.Constant(Tensor::FromValues<double>(Shape{rows, columns}, values).ConvertTo(type)));
}

}  // namespace moir::mo

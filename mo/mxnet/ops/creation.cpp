// _zeros, _ones, _full (also of the NumPy interface): constants whose shape may be left open (0), as recurrent states
// do.  _arange: a sequence. zeros_like, ones_like: the data's shape.
#include <algorithm>
#include <cmath>

#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

Tensor Filled(const Shape& shape, double value, ElementType type) {
  return Tensor::FromValues<double>(shape, std::vector<double>(static_cast<size_t>(shape.NumElements()), value))
      .ConvertTo(type);
}

}  // namespace

void ConvertFilled(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const Shape shape(attrs.Ints("shape", std::vector<int64_t>{}));
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  const double value = node.Op() == "_full" ? attrs.Double("value") : node.Op().ends_with("_ones") ? 1.0 : 0.0;
  bool open = false;
  for (const int64_t size : shape) {
    if (size < (node.GetSymbol().numpy_shapes ? -1 : 0)) attrs.Refuse("shape", "sizes");
    open = open || size == (node.GetSymbol().numpy_shapes ? -1 : 0);
  }
  if (open) {
    Shape partial = shape;
    for (int64_t i = 0; i < partial.Rank(); ++i) partial[i] = std::max<int64_t>(partial[i], 0);
    node.Source().Defer(node.GetNode(), partial, value, type);
    return;
  }
  if (shape.Rank() == 0 && !node.GetSymbol().numpy_shapes)
    node.Unsupported("attribute shape: got none, expected a complete shape");
  node.Output(node.Constant(Filled(shape, value, type)));
}

void ConvertFilledLike(NodeConverter& node) {
  node.RequireInputs(1);
  // GluonCV writes a type, which MXNet does not look at: the result has the data's.
  node.Attrs().Ignore({"dtype"});
  const Value data = node.Input(0);
  node.Output(node.Constant(Filled(data.Shape(), node.Op() == "ones_like" ? 1 : 0, data.Type())));
}

void ConvertArange(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const std::optional<double> end = attrs.OptionalDouble("stop");
  double start = attrs.Double("start", 0.0), stop = end.value_or(0.0);
  if (attrs.Bool("infer_range", false))
    node.Unsupported("attribute infer_range: a length that follows from the reader");
  if (!end) {
    stop = start;
    start = 0;
  }
  const double step = attrs.Double("step", 1.0);
  const int64_t repeat = attrs.Int("repeat", 1);
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  if (step == 0) attrs.Refuse("step", "a number other than 0");
  if (repeat < 1) attrs.Refuse("repeat", "a positive number");
  const double count = std::ceil((stop - start) / step);
  if (!(count >= 1) || count * static_cast<double>(repeat) > 1e9)
    attrs.Refuse("stop", "one that gives at least one number");
  std::vector<double> values;
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
    values.insert(values.end(), static_cast<size_t>(repeat), start + static_cast<double>(i) * step);
  const Shape shape{static_cast<int64_t>(values.size())};
  node.Output(node.Constant(Tensor::FromValues<double>(shape, values).ConvertTo(type)));
}

}  // namespace moir::mo

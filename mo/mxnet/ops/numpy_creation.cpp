// Constants of the NumPy interface: sequences, identities, indices and windows.
#include <cmath>
#include <functional>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kMostElements = 1e9;

// `value(i)` for each of `count` places. Integers are cut towards zero.
Value Sequence(NodeConverter& node, int64_t count, ElementType type, const std::function<double(int64_t)>& value) {
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(value(i));
  return node.Constant(Tensor::FromValues<double>({count}, values).ConvertTo(type), "values");
}

int64_t CountAttribute(NodeConverter& node, std::string_view name) {
  const int64_t count = node.Attrs().Int(name);
  if (count < 0 || static_cast<double>(count) > kMostElements) node.Attrs().Refuse(name, "a number of elements");
  return count;
}

}  // namespace

void ConvertNumpyFullLike(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const ElementType type = node.Attrs().OptionalDType("dtype").value_or(data.Type());
  const Value value = NumpyScalar(node, node.Attrs().Double("fill_value"), type);
  node.Output(node.Add("Broadcast", {value, node.Indices(data.Shape().Dims(), "shape")}));
}

// From start in steps until stop; MXNet converts start and step to the type first.
void ConvertNumpyArange(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const std::optional<double> end = attrs.OptionalDouble("stop");
  double start = attrs.Double("start"), step = attrs.Double("step", 1.0);
  const double stop = end.value_or(start);
  if (!end) start = 0;
  if (attrs.Bool("infer_range", false)) attrs.Refuse("infer_range", "False");
  if (attrs.Int("repeat", 1) != 1) attrs.Refuse("repeat", "1");
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  if (step == 0) attrs.Refuse("step", "a number other than 0");
  const double count = std::max(0.0, std::ceil((stop - start) / step));
  if (!(count <= kMostElements)) attrs.Refuse("stop", "one that gives fewer numbers");
  if (IsInteger(type)) {
    start = std::trunc(start);
    step = std::trunc(step);
  }
  node.Output(Sequence(node, static_cast<int64_t>(count), type,
                       [&](int64_t i) { return start + static_cast<double>(i) * step; }));
}

// num numbers from start to stop, which is the last one with endpoint.  logspace: base to the power of these.
void ConvertNumpyLinspace(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const double start = attrs.Double("start"), stop = attrs.Double("stop");
  const int64_t count = CountAttribute(node, "num");
  const bool endpoint = attrs.Bool("endpoint", true);
  const bool logarithmic = node.Op() == "_npi_logspace";
  const double base = logarithmic ? attrs.Double("base", 10.0) : 0;
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  const int64_t steps = endpoint ? count - 1 : count;
  const double step = steps > 0 ? (stop - start) / static_cast<double>(steps) : 0;
  node.Output(Sequence(node, count, type, [&](int64_t i) {
    const double x = endpoint && i == count - 1 && i > 0 ? stop : start + static_cast<double>(i) * step;
    return logarithmic ? std::pow(base, x) : x;
  }));
}

// Ones on the k-th diagonal above the main one.
void ConvertNumpyEye(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  int64_t rows = 0, columns = 0, k = 0;
  if (node.Op() == "_npi_identity") {
    const std::vector<int64_t> shape = attrs.Ints("shape", std::vector<int64_t>{});
    if (shape.size() != 2 || shape[0] != shape[1]) attrs.Refuse("shape", "two equal sizes");
    rows = columns = shape[0];
  } else {
    rows = CountAttribute(node, "N");
    columns = attrs.IsNone("M") ? rows : CountAttribute(node, "M");
    k = attrs.Int("k", 0);
  }
  if (rows < 0 || static_cast<double>(rows) * static_cast<double>(columns) > kMostElements)
    attrs.Refuse(node.Op() == "_npi_identity" ? "shape" : "N", "a smaller size");
  std::vector<double> values(static_cast<size_t>(rows * columns), 0);
  for (int64_t row = 0; row < rows; ++row) {
    if (k >= -rows && k < columns && row + k >= 0 && row + k < columns)
      values[static_cast<size_t>(row * columns + row + k)] = 1;
  }
  node.Output(node.Constant(Tensor::FromValues<double>({rows, columns}, values).ConvertTo(type), "values"));
}

// The index of every place along each axis, [rank, dimensions..].
void ConvertNumpyIndices(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const Shape grid(attrs.Ints("dimensions"));
  const ElementType type = attrs.DType("dtype", ElementType::kI32);
  std::vector<int64_t> dims = grid.Dims();
  for (const int64_t size : dims) {
    if (size < 0) attrs.Refuse("dimensions", "sizes");
  }
  dims.insert(dims.begin(), grid.Rank());
  const Shape shape(dims);
  if (static_cast<double>(shape.NumElements()) > kMostElements) attrs.Refuse("dimensions", "smaller sizes");
  std::vector<double> values;
  const std::vector<int64_t> strides = grid.Strides();
  for (int64_t axis = 0; axis < grid.Rank(); ++axis) {
    for (int64_t i = 0; i < grid.NumElements(); ++i)
      values.push_back(static_cast<double>(i / strides[static_cast<size_t>(axis)] % grid[axis]));
  }
  node.Output(node.Constant(Tensor::FromValues<double>(shape, values).ConvertTo(type), "values"));
}

// Sums of cosines over M points, 1 for a single one.
void ConvertNumpyWindow(NodeConverter& node) {
  node.RequireInputs(0);
  const auto& attrs = node.Attrs();
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  const int64_t count = std::max<int64_t>(0, attrs.Int("M"));
  if (static_cast<double>(count) > kMostElements) attrs.Refuse("M", "a number of elements");
  const std::string& name = node.Op();
  node.Output(Sequence(node, count, type, [&](int64_t i) {
    if (count == 1) return 1.0;
    const double angle = 2 * kPi * static_cast<double>(i) / static_cast<double>(count - 1);
    if (name == "_npi_hanning") return 0.5 - 0.5 * std::cos(angle);
    if (name == "_npi_hamming") return 0.54 - 0.46 * std::cos(angle);
    return 0.42 - 0.5 * std::cos(angle) + 0.08 * std::cos(2 * angle);
  }));
}

// The places of the main diagonal, [rank, size].
void ConvertNumpyDiagIndicesFrom(NodeConverter& node) {
  node.RequireInputs(1);
  const Shape shape = node.Input(0).Shape();
  node.Require(shape.Rank() >= 2, "data of shape ", shape, ": expected two axes or more");
  for (const int64_t size : shape)
    node.Require(size == shape[0], "data of shape ", shape, ": expected axes of one size");
  std::vector<int64_t> values;
  for (int64_t axis = 0; axis < shape.Rank(); ++axis) {
    for (int64_t i = 0; i < shape[0]; ++i) values.push_back(i);
  }
  node.Output(node.Constant(Tensor::FromValues<int64_t>({shape.Rank(), shape[0]}, values), "values"));
}

}  // namespace moir::mo

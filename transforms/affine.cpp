#include "transforms/affine.h"

#include <algorithm>
#include <cmath>

#include "graph/error.h"

namespace moir::transforms {
namespace {

// Constants beyond this are data, not scales; multiplying them here would cost memory.
constexpr int64_t kMaxElements = 1 << 20;

template <typename F>
Tensor Map(const Tensor& a, F f) {
  std::vector<double> values = a.ToVector<double>();
  for (double& value : values) value = f(value);
  return Tensor::FromValues<double>(a.Shape(), values);
}

template <typename F>
std::optional<Tensor> Combine(const Tensor& a, const Tensor& b, F f) {
  const Shape shape = BroadcastShapes(a.Shape(), b.Shape());
  if (shape.NumElements() > std::max(a.NumElements(), b.NumElements())) return std::nullopt;
  const std::vector<int64_t> a_strides = BroadcastStrides(a.Shape(), shape);
  const std::vector<int64_t> b_strides = BroadcastStrides(b.Shape(), shape);
  const std::vector<int64_t> strides = shape.Strides();
  Tensor result(ElementType::kF64, shape);
  const auto x = a.Values<double>();
  const auto y = b.Values<double>();
  const auto z = result.MutableValues<double>();
  if (a.Shape() == b.Shape()) {
    for (size_t i = 0; i < z.size(); ++i) z[i] = f(x[i], y[i]);
    return result;
  }
  for (size_t i = 0; i < z.size(); ++i) {
    int64_t at_a = 0, at_b = 0;
    for (size_t axis = 0; axis < strides.size(); ++axis) {
      const int64_t index = static_cast<int64_t>(i) / strides[axis] % shape[static_cast<int64_t>(axis)];
      at_a += index * a_strides[axis];
      at_b += index * b_strides[axis];
    }
    z[i] = f(x[static_cast<size_t>(at_a)], y[static_cast<size_t>(at_b)]);
  }
  return result;
}

}  // namespace

bool IsAffineOperator(const Node& node) {
  return node.Is("Add") || node.Is("Multiply") || node.Is("Subtract") || node.Is("Divide");
}

std::optional<Affine> MatchAffine(Node& node, std::string* why) {
  const auto decline = [&](const char* reason) -> std::optional<Affine> {
    if (why) *why = reason;
    return std::nullopt;
  };
  if (!IsAffineOperator(node)) return std::nullopt;
  const Tensor* left = node.Input(0).Constant();
  const Tensor* right = node.Input(1).Constant();
  if (left && right) return decline("both inputs are constants");
  const Tensor* constant = left ? left : right;
  if (!constant) return decline("neither input is a constant");
  const Value data = node.Input(left ? 1 : 0);
  if (!IsFloat(data.Type())) return decline("the data are no floating-point numbers");
  if (data.Shape() != node.Shape()) return decline("the constant broadcasts the data to another shape");
  if (constant->NumElements() > kMaxElements) return decline("the constant is too large to be a scale or a shift");
  const Tensor values = constant->ConvertTo(ElementType::kF64);
  if (node.Is("Add")) return Affine{data, std::nullopt, values};
  if (node.Is("Multiply")) return Affine{data, values, std::nullopt};
  if (node.Is("Subtract")) {
    if (left) return Affine{data, Tensor::Scalar<double>(-1), values};
    return Affine{data, std::nullopt, Map(values, [](double v) { return -v; })};
  }
  if (left) return decline("the data are the divisor");
  const auto divisors = values.Values<double>();
  if (std::find(divisors.begin(), divisors.end(), 0.0) != divisors.end()) return decline("a divisor is zero");
  return Affine{data, Map(values, [](double v) { return 1 / v; }), std::nullopt};
}

std::optional<std::vector<double>> AlongAxis(const Tensor& constant, const Shape& data, int64_t axis) {
  const int64_t offset = data.Rank() - constant.Shape().Rank();
  if (offset < 0 || !BroadcastsTo(constant.Shape(), data)) return std::nullopt;
  for (int64_t i = 0; i < constant.Shape().Rank(); ++i) {
    if (i + offset != axis && constant.Shape()[i] != 1) return std::nullopt;
  }
  std::vector<double> values = constant.ToVector<double>();
  if (static_cast<int64_t>(values.size()) != data[axis]) values.assign(static_cast<size_t>(data[axis]), values.at(0));
  return values;
}

Tensor AxisConstant(const std::vector<double>& values, int64_t rank, int64_t axis) {
  std::vector<int64_t> dims(static_cast<size_t>(rank), 1);
  dims[static_cast<size_t>(axis)] = static_cast<int64_t>(values.size());
  return Tensor::FromValues<double>(Shape(std::move(dims)), values);
}

std::optional<Affine> Compose(const Affine& first, const Affine& second) {
  // (x * s1 + t1) * s2 + t2 = x * (s1 * s2) + (t1 * s2 + t2)
  const auto multiply = [](double a, double b) { return a * b; };
  const auto add = [](double a, double b) { return a + b; };
  Affine result{first.data, first.scale, first.shift};
  if (second.scale) {
    if (result.scale) {
      result.scale = Combine(*result.scale, *second.scale, multiply);
      if (!result.scale) return std::nullopt;
    } else {
      result.scale = second.scale;
    }
    if (result.shift) {
      result.shift = Combine(*result.shift, *second.scale, multiply);
      if (!result.shift) return std::nullopt;
    }
  }
  if (second.shift) {
    if (result.shift) {
      result.shift = Combine(*result.shift, *second.shift, add);
      if (!result.shift) return std::nullopt;
    } else {
      result.shift = second.shift;
    }
  }
  return result;
}

bool AllEqual(const Tensor& f64, double value) {
  const auto values = f64.Values<double>();
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == value; });
}

bool FitsType(const Tensor& f64, ElementType type) {
  const std::vector<double> converted = f64.ConvertTo(type).ToVector<double>();
  return std::all_of(converted.begin(), converted.end(), [](double v) { return std::isfinite(v); });
}

Value BuildAffine(Rewriter& rewriter, const std::string& name, const Affine& affine) {
  const bool scales = affine.scale && !AllEqual(*affine.scale, 1);
  const bool shifts = affine.shift && !AllEqual(*affine.shift, 0);
  Value value = affine.data;
  const ElementType type = value.Type();
  if (scales) {
    const Value constant = rewriter.Constant(name + "/scale/values", affine.scale->ConvertTo(type));
    value = rewriter.Add("Multiply", shifts ? name + "/scale" : name, {value, constant});
  }
  if (shifts) {
    const Value constant = rewriter.Constant(name + "/shift/values", affine.shift->ConvertTo(type));
    value = rewriter.Add("Add", name, {value, constant});
  }
  return value;
}

void ReplaceKeepingOutputName(Rewriter& rewriter, Node& node, Value by) {
  const bool output = node.Output(0).IsGraphOutput();
  const std::string name = node.Name();
  rewriter.Replace(node, by);
  Node* producer = by.node;
  if (output && producer->OutputCount() == 1 && !producer->Is("Parameter") && !rewriter.GetGraph().FindNode(name)) {
    rewriter.GetGraph().Rename(producer, name);
  }
}

}  // namespace moir::transforms

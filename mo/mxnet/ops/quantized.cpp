#include "mo/mxnet/ops/quantized.h"

#include <cmath>

#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

Number::Number(Value value) {
  if (const Tensor* constant = value.Constant(); constant && constant->NumElements() == 1) {
    known_ = constant->ToVector<float>()[0];
  } else {
    value_ = value;
  }
}

Value Number::AsValue(NodeConverter& node, std::string_view suffix) const {
  return value_ ? value_ : node.Constant(Tensor::FromValues<float>(Shape{1}, {known_}), suffix);
}

namespace {

template <typename F>
Number Apply(NodeConverter& node, const char* op, const Number& a, const Number& b, F f) {
  if (a.IsKnown() && b.IsKnown()) return f(a.Known(), b.Known());
  return Number(node.Add(op, {a.AsValue(node), b.AsValue(node)}, {}, "range"));
}

Number Magnitude(NodeConverter& node, const Number& a) {
  return a.IsKnown() ? Number(std::fabs(a.Known())) : Number(node.Add("Abs", {a.AsValue(node)}, {}, "range"));
}

}  // namespace

Number MaxAbs(NodeConverter& node, const Number& a, const Number& b) {
  return Greatest(node, Magnitude(node, a), Magnitude(node, b));
}
Number Divide(NodeConverter& node, const Number& a, const Number& b) {
  return Apply(node, "Divide", a, b, [](float x, float y) { return x / y; });
}
Number Multiply(NodeConverter& node, const Number& a, const Number& b) {
  return Apply(node, "Multiply", a, b, [](float x, float y) { return x * y; });
}
Number Plus(NodeConverter& node, const Number& a, const Number& b) {
  return Apply(node, "Add", a, b, [](float x, float y) { return x + y; });
}
Number Least(NodeConverter& node, const Number& a, const Number& b) {
  return Apply(node, "Minimum", a, b, [](float x, float y) { return std::min(x, y); });
}
Number Greatest(NodeConverter& node, const Number& a, const Number& b) {
  return Apply(node, "Maximum", a, b, [](float x, float y) { return std::max(x, y); });
}
Number Negated(NodeConverter& node, const Number& a) {
  return a.IsKnown() ? Number(-a.Known()) : Number(node.Add("Negative", {a.AsValue(node)}, {}, "range"));
}

Range InputRange(NodeConverter& node, size_t index) {
  const Value min = node.Input(index), max = node.Input(index + 1);
  for (const Value& end : {min, max}) {
    node.Require(end.Shape().NumElements() == 1 && end.Type() == ElementType::kF32, "range of ", end.Type(),
                 end.Shape(), ": expected f32 of one element");
  }
  return {Number(min), Number(max)};
}

std::optional<Range> CalibratedRange(const NodeConverter& node) {
  const auto min = node.Attrs().OptionalDouble("min_calib_range"), max = node.Attrs().OptionalDouble("max_calib_range");
  if (!min || !max) return std::nullopt;
  return Range{static_cast<float>(*min), static_cast<float>(*max)};
}

void OutputQuantized(NodeConverter& node, Value data, const Range& range) {
  node.Output(0, data);
  node.Output(1, range.min.AsValue(node, "min"));
  node.Output(2, range.max.AsValue(node, "max"));
}

Number QuantaPerUnit(NodeConverter& node, ElementType type, const Range& range) {
  const Number largest = MaxAbs(node, range.min, range.max);
  if (largest.IsKnown() && largest.Known() == 0) return kInt32Range;
  const Number quanta = Divide(node, QuantizedRange(type), largest);
  if (quanta.IsKnown()) return quanta;
  const Value empty = node.Add("Equal", {largest.AsValue(node), Number(0.0f).AsValue(node)}, {}, "empty");
  return Number(node.Add("Select", {empty, Number(kInt32Range).AsValue(node), quanta.AsValue(node)}, {}, "quanta"));
}

Range ProductRange(NodeConverter& node, const Range& a, const Range& b, bool mixed) {
  const Number quantum_a = Divide(node, MaxAbs(node, a.min, a.max), 127.0f);
  const Number quantum_b = Divide(node, MaxAbs(node, b.min, b.max), mixed ? 255.0f : 127.0f);
  const Number max = Multiply(node, Multiply(node, quantum_a, quantum_b), kInt32Range);
  return {Negated(node, max), max};
}

Value Requantize(NodeConverter& node, Value data, ElementType type, const Number& scale, std::string_view suffix) {
  Value factor = scale.AsValue(node, "scale");
  if (data.Shape().Rank() == 0) factor = node.Reshape(factor, {}, "scalar_scale");
  return node.Add("Quantize", {data, factor}, {{"destination_type", std::string(ElementTypeName(type))}}, suffix);
}

const Tensor& RequireConstant(const NodeConverter& node, Value value, std::string_view what) {
  const Tensor* constant = value.Constant();
  if (!constant) node.Unsupported(what, " that the model computes; it must be in the params file");
  return *constant;
}

float RequireKnown(const NodeConverter& node, const Number& number, std::string_view what) {
  if (!number.IsKnown())
    node.Unsupported("the range of the ", what, " is computed from the data; quantize the model with calibration");
  return number.Known();
}

Tensor QuantizeRows(const Tensor& values, const std::vector<float>& scales, ElementType type) {
  std::vector<float> x = values.ToVector<float>();
  const size_t row = scales.empty() || x.empty() ? 1 : x.size() / scales.size();
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::nearbyint(x[i] * scales[i / row]);
  return Tensor::FromValues<float>(values.Shape(), x).ConvertTo(type);
}

ConvolutionSettings ReadConvolution(const Attributes& attributes) {
  ConvolutionSettings settings;
  settings.kernel = attributes.Ints("kernel");
  const size_t spatial = settings.kernel.size();
  if (spatial < 1 || spatial > 3) attributes.Refuse("kernel", "one to three sizes");
  const std::vector<int64_t> ones(spatial, 1), zeros(spatial, 0);
  settings.strides = attributes.Ints("stride", ones, spatial);
  settings.dilations = attributes.Ints("dilate", ones, spatial);
  settings.pads = attributes.Ints("pad", zeros, spatial);
  settings.filters = attributes.Int("num_filter");
  settings.groups = attributes.Int("num_group", 1);
  settings.no_bias = attributes.Bool("no_bias", false);
  if (settings.filters < 1) attributes.Refuse("num_filter", "a positive number");
  if (settings.groups < 1 || settings.filters % settings.groups != 0)
    attributes.Refuse("num_group", StrCat("a divisor of num_filter ", settings.filters));
  if (!attributes.IsNone("layout")) {
    static constexpr std::string_view kLayouts[] = {"NCW", "NCHW", "NCDHW"};
    if (attributes.String("layout") != kLayouts[spatial - 1])
      attributes.Refuse("layout", StrCat(kLayouts[spatial - 1], " for 8-bit data"));
  }
  return settings;
}

Shape WeightShape(const NodeConverter& node, const ConvolutionSettings& settings, const Shape& data) {
  node.Require(data.Rank() == static_cast<int64_t>(settings.kernel.size()) + 2, "data of shape ", data, ": expected ",
               settings.kernel.size() + 2, " axes");
  node.Require(data[1] % settings.groups == 0, "attribute num_group: got ", settings.groups,
               ", expected a divisor of the ", data[1], " channels of the data");
  std::vector<int64_t> dims = {settings.filters, data[1] / settings.groups};
  dims.insert(dims.end(), settings.kernel.begin(), settings.kernel.end());
  return Shape(std::move(dims));
}

Value QuantizedConvolve(NodeConverter& node, const ConvolutionSettings& settings, Value data, Value weights) {
  return node.Add("QuantizedConvolution", {data, weights},
                  {{"strides", settings.strides},
                   {"dilations", settings.dilations},
                   {"pads_begin", settings.pads},
                   {"pads_end", settings.pads},
                   {"group", settings.groups}},
                  "sums");
}

DenseProduct QuantizedProduct(NodeConverter& node, Value data, Value weights, bool flatten) {
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() >= 2, "data of shape ", shape, ": expected two axes or more");
  const int64_t outputs = weights.Shape()[0], inputs = weights.Shape()[1];
  DenseProduct product;
  if (flatten) product.shape = {shape[0], outputs};
  else {
    product.shape = shape.Dims();
    product.shape.back() = outputs;
  }
  product.sums = node.Add("QuantizedConvolution",
                          {node.Reshape(data, {-1, inputs, 1}, "columns"),
                           ReshapeWeight(node, weights, Shape{outputs, inputs, 1}, "weight")},
                          {}, "sums");
  return product;
}

}  // namespace moir::mo

// _sg_mkldnn_fully_connected: a fully connected layer that MXNet's oneDNN backend fused with the element-wise function
// behind it. The subgraph tells what it is: FullyConnected [-> function].
// in: data, weight, [bias], and with attribute quantized min and max of the data and, unless channel_wise_quantize, of
// weight and bias, which are i8 then and f32 otherwise.
//
// Without `quantized` it is its subgraph. With it the output is i32 sums, with a calibrated range 8 bits, and with
// enable_float_output f32.
#include <cmath>
#include <limits>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"
#include "mo/mxnet/ops/quantized.h"
#include "mo/mxnet/subgraph.h"

namespace moir::mo {
namespace {

float Scale(ElementType type, float largest) { return largest != 0 ? QuantizedRange(type) / largest : kInt32Range; }

struct Function {
  const SymbolNode* node = nullptr;
  std::string name;  // "relu", "sigmoid", "tanh", "softrelu", "leaky", "elu", "gelu", "clip", "abs", ...
  double parameter = 0;
  // oneDNN's bounded relu, logistic and so on; what else MXNet gives u8.
  bool NeverNegative() const {
    for (const std::string_view other :
         {"relu", "leaky", "sigmoid", "softrelu", "clip", "square", "sqrt", "exp", "abs"}) {
      if (name == other) return true;
    }
    return false;
  }
};

struct FusedLayer {
  int64_t outputs = 0;
  bool no_bias = false, flatten = true;
  Function function;

  void Read(const NodeConverter& node, const Symbol& body) {
    for (const SymbolNode& inner : body.nodes) {
      if (inner.IsVariable()) continue;
      const Attributes attrs(inner.attributes, body.PlaceOf(inner));
      if (inner.op == "FullyConnected") {
        outputs = attrs.Int("num_hidden");
        no_bias = attrs.Bool("no_bias", false);
        flatten = attrs.Bool("flatten", true);
        continue;
      }
      function.node = &inner;
      function.name = inner.op == "Activation"  ? attrs.String("act_type")
                      : inner.op == "LeakyReLU" ? attrs.String("act_type", "leaky")
                                                : inner.op;
      if (inner.op == "LeakyReLU") function.parameter = attrs.Double("slope", 0.25);
      if (inner.op == "clip") {
        function.parameter = attrs.Double("a_max");
        if (attrs.Double("a_min") != 0)
          node.Unsupported("the 8-bit layer is fused with \"", inner.name, "\" (clip), whose a_min is not 0");
      }
    }
    node.Require(outputs > 0, "the subgraph has no FullyConnected with num_hidden");
  }
};

Value Apply(NodeConverter& node, const Function& function, Value x) {
  const std::string& name = function.name;
  const auto scalar = [&](double value) { return node.Scalar(value, ElementType::kF32, "number"); };
  if (name.empty()) return x;
  if (name == "relu") return node.Add("ReLU", {x});
  if (name == "leaky") return node.Add("PRelu", {x, node.Reshape(scalar(function.parameter), {1}, "slope")});
  if (name == "sigmoid") return node.Add("Sigmoid", {x});
  if (name == "tanh") return node.Add("Tanh", {x});
  if (name == "softrelu") return node.Add("SoftPlus", {x});
  if (name == "elu") return node.Add("Elu", {x}, {{"alpha", function.parameter}});
  if (name == "gelu") return node.Add("Gelu", {x});
  if (name == "clip") return node.Add("Clamp", {x}, {{"min", 0.0}, {"max", function.parameter}});
  if (name == "square") return node.Add("Multiply", {x, x}, {}, "square");
  if (name == "sqrt") return node.Add("Sqrt", {x});
  if (name == "exp") return node.Add("Exp", {x});
  if (name == "abs") return node.Add("Abs", {x});
  node.Unsupported("the 8-bit layer is fused with \"", function.node->name, "\" (", function.node->op, ")");
}

// i8 weights and i32 bias, and how many quanta one is per output (or for all).
struct IntegerWeights {
  Tensor weights, bias;
  std::vector<float> scales;
};

IntegerWeights QuantizePerChannel(NodeConverter& node, const FusedLayer& layer, const Shape& shape, float data_scale) {
  IntegerWeights result;
  const Tensor& weights = RequireConstant(node, node.Weight(1, shape, ElementType::kF32), "a weight");
  const std::vector<float> values = weights.ToVector<float>();
  std::vector<float> bias;
  Tensor bias_tensor;
  if (!layer.no_bias) {
    bias_tensor = RequireConstant(node, node.Weight(2, {shape[0]}, ElementType::kF32), "a bias");
    bias = bias_tensor.ToVector<float>();
  }
  const auto row = static_cast<size_t>(shape[1]);
  std::vector<float> bias_scales;
  for (size_t c = 0; c < static_cast<size_t>(shape[0]); ++c) {
    float largest = 0;
    for (size_t k = c * row; k < (c + 1) * row; ++k) largest = std::max(largest, std::fabs(values[k]));
    float scale = Scale(ElementType::kI8, largest);
    if (!bias.empty() && bias[c] != 0)
      scale = std::min(scale, (bias[c] > 0 ? kInt32Range : -kInt32Range) / 2 / bias[c] / data_scale);
    result.scales.push_back(scale);
    bias_scales.push_back(scale * data_scale);
  }
  result.weights = QuantizeRows(weights, result.scales, ElementType::kI8);
  if (!bias.empty()) result.bias = QuantizeRows(bias_tensor, bias_scales, ElementType::kI32);
  return result;
}

IntegerWeights TakeQuantized(NodeConverter& node, const FusedLayer& layer, const Shape& shape, float data_scale,
                             const Range& weight_range, size_t bias_range_at) {
  IntegerWeights result;
  result.weights = RequireConstant(node, node.Weight(1, shape, ElementType::kI8), "a weight");
  float scale = Scale(ElementType::kI8, RequireKnown(node, MaxAbs(node, weight_range.min, weight_range.max), "weight"));
  if (!layer.no_bias) {
    const Range range = InputRange(node, bias_range_at);
    const float largest = RequireKnown(node, MaxAbs(node, range.min, range.max), "bias");
    const float bias_scale = Scale(ElementType::kI8, largest);
    float rescale = data_scale * scale / bias_scale;
    const float most = static_cast<float>(std::numeric_limits<int32_t>::max() / 2) / largest / bias_scale;
    if (rescale > most) {
      // The bias would not fit into 30 bits: the weights get fewer.
      rescale = most;
      const float weight_rescale = rescale * bias_scale / data_scale / scale;
      std::vector<float> weights = result.weights.ToVector<float>();
      for (float& weight : weights) weight = std::round(weight * weight_rescale);
      result.weights = Tensor::FromValues<float>(shape, weights).ConvertTo(ElementType::kI8);
      scale *= weight_rescale;
    }
    std::vector<float> bias =
        RequireConstant(node, node.Weight(2, {shape[0]}, ElementType::kI8), "a bias").ToVector<float>();
    for (float& value : bias) value = std::round(value * rescale);
    result.bias = Tensor::FromValues<float>(Shape{shape[0]}, bias).ConvertTo(ElementType::kI32);
  }
  result.scales = {scale};
  return result;
}

void ConvertQuantized(NodeConverter& node, const Symbol& body) {
  const auto& attrs = node.Attrs();
  FusedLayer layer;
  layer.Read(node, body);
  attrs.Ignore({"with_eltwise", "with_relu"});
  const bool per_channel = attrs.OptionalBool("channel_wise_quantize").value_or(false);
  const bool real = attrs.Bool("enable_float_output", false);
  const size_t base = layer.no_bias ? 2 : 3;
  node.RequireInputs(per_channel ? base + 2 : 3 * base);
  const Value data = node.Input(0);
  node.Require(data.Type() == ElementType::kI8 || data.Type() == ElementType::kU8, "data of ", data.Type(),
               ": expected i8 or u8");
  const Shape& data_shape = data.Shape();
  node.Require(data_shape.Rank() >= 2, "data of shape ", data_shape, ": expected two axes or more");
  const int64_t columns =
      layer.flatten ? data_shape.NumElements(1, data_shape.Rank()) : data_shape[data_shape.Rank() - 1];
  const Shape shape{layer.outputs, columns};
  const Range range = InputRange(node, base);
  const float data_scale = Scale(data.Type(), RequireKnown(node, MaxAbs(node, range.min, range.max), "data"));
  const std::optional<Range> calibrated = CalibratedRange(node);
  if (per_channel && !calibrated && !real)
    node.Bad("attribute channel_wise_quantize: got True, expected a calibrated range or enable_float_output with it");
  const Range weight_range = per_channel ? Range{0.0f, 0.0f} : InputRange(node, base + 2);
  const IntegerWeights weights = per_channel ? QuantizePerChannel(node, layer, shape, data_scale)
                                             : TakeQuantized(node, layer, shape, data_scale, weight_range, base + 4);
  const DenseProduct product = QuantizedProduct(node, data, node.Constant(weights.weights, "weight"), layer.flatten);
  Tensor bias(ElementType::kF32, Shape{0});
  const Shape row{1, layer.outputs, 1};
  if (weights.bias.IsDefined()) bias = weights.bias.Reshaped(row).ConvertTo(ElementType::kF32);

  const ElementType type = !calibrated && !real             ? ElementType::kI32
                           : real                           ? ElementType::kF32
                           : layer.function.NeverNegative() ? ElementType::kU8
                                                            : ElementType::kI8;
  const bool fused = layer.function.node != nullptr;
  float factor = 1, late_factor = 1;
  if (calibrated && !real) {
    const float output_scale = Scale(type, MaxAbs(node, calibrated->min, calibrated->max).Known());
    factor = fused ? static_cast<float>(1.0 / static_cast<double>(data_scale)) : output_scale / data_scale;
    late_factor = fused ? output_scale : 1;
  } else if (calibrated) {
    node.Unsupported("enable_float_output and a calibrated range together");
  } else if (real) {
    factor = static_cast<float>(1.0 / static_cast<double>(data_scale));
  }
  std::vector<float> factors;
  for (const float scale : weights.scales) factors.push_back(type == ElementType::kI32 ? 1.0f : factor / scale);
  const Shape factors_shape = per_channel ? row : Shape{1, 1, 1};
  const auto quantize = [&](Value x, const Tensor& scale, const Tensor& added, ElementType to) {
    return node.Add("Quantize", {x, node.Constant(scale, "scale"), node.Constant(added, "bias")},
                    {{"destination_type", std::string(ElementTypeName(to))}}, "scaled");
  };
  Value y =
      quantize(product.sums, Tensor::FromValues<float>(factors_shape, factors), bias, fused ? ElementType::kF32 : type);
  if (fused) {
    y = Apply(node, layer.function, y);
    if (type != ElementType::kF32) {
      y = quantize(y, Tensor::FromValues<float>(Shape{1, 1, 1}, {late_factor}), Tensor(ElementType::kF32, Shape{0}),
                   type);
    }
  }
  y = node.Reshape(y, product.shape);
  if (real) return node.Output(y);
  OutputQuantized(node, y,
                  calibrated ? *calibrated : ProductRange(node, range, weight_range, data.Type() == ElementType::kU8));
}

}  // namespace

void ConvertFusedFullyConnected(NodeConverter& node) {
  const std::vector<Symbol>& subgraphs = node.GetNode().subgraphs;
  node.Require(subgraphs.size() == 1, "got ", subgraphs.size(), " subgraphs, expected 1");
  if (node.Attrs().Bool("quantized", false)) return ConvertQuantized(node, subgraphs[0]);
  node.Attrs().Ignore({"with_eltwise", "with_relu", "enable_float_output", "channel_wise_quantize", "min_calib_range",
                       "max_calib_range"});
  std::vector<Value> inputs;
  for (size_t i = 0; i < node.InputCount(); ++i) inputs.push_back(node.Input(i));
  node.Output(BuildSubgraph(node, subgraphs[0], inputs).at(0));
}

}  // namespace moir::mo

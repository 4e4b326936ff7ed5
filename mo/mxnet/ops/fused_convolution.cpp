// _sg_mkldnn_conv: a convolution that MXNet's oneDNN backend fused with what followed. The subgraph tells what it is:
// Convolution [-> BatchNorm] [-> activation] [-> + sum] [-> activation].
// in: data, weight, [bias], [gamma, beta, mean, variance], [sum], and with attribute quantized min and max of the data
// and [of the sum]; weights and statistics stay f32.
//
// Without `quantized` it is its subgraph. With it, MXNet folds the normalization into the weights, quantizes these per
// output channel (with a calibrated output range) or all together (without: the output is i32), convolves integers and
// brings the sums to the output's scale.
#include <cmath>
#include <limits>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"
#include "mo/mxnet/ops/quantized.h"
#include "mo/mxnet/subgraph.h"

namespace moir::mo {
namespace {

struct Activation {
  enum class Kind { kNone, kRelu, kLeaky, kClip } kind = Kind::kNone;
  double slope = 0;
  bool NeverNegative() const { return kind == Kind::kRelu || kind == Kind::kClip; }
};

struct FusedConvolution {
  ConvolutionSettings settings;
  bool with_norm = false, with_act = false, with_sum = false, with_late_act = false;
  double eps = 1e-3;
  bool fix_gamma = true;
  Activation act, late_act;  // before and after the sum

  // The flag, also under the name that early files have.
  static bool Flag(const Attributes& attrs, const char* name, const char* early) {
    return attrs.Bool(name, false) || (early && attrs.Bool(early, false));
  }

  void Read(const NodeConverter& node, const Symbol& body) {
    const Attributes& attrs = node.Attrs();
    with_norm = Flag(attrs, "with_bn", nullptr);
    with_act = Flag(attrs, "with_act", "with_relu");
    with_sum = Flag(attrs, "with_sum", nullptr);
    with_late_act = Flag(attrs, "with_postsum_act", "with_postsum_relu");
    bool found = false, first = true;
    for (const SymbolNode& inner : body.nodes) {
      const Attributes inner_attrs(inner.attributes, body.PlaceOf(inner));
      if (inner.op == "Convolution") {
        settings = ReadConvolution(inner_attrs);
        found = true;
      } else if (inner.op == "BatchNorm") {
        eps = inner_attrs.Double("eps", 1e-3);
        fix_gamma = inner_attrs.Bool("fix_gamma", true);
      } else if (!inner.IsVariable() && inner.op != "elemwise_add" && inner.op != "_copy") {
        (with_act && first ? act : late_act) = ReadActivation(node, inner, inner_attrs);
        first = false;
      }
    }
    node.Require(found, "the subgraph has no Convolution");
  }

  static Activation ReadActivation(const NodeConverter& node, const SymbolNode& inner, const Attributes& attrs) {
    if (inner.op == "Activation" && attrs.String("act_type") == "relu") return {Activation::Kind::kRelu};
    if (inner.op == "LeakyReLU" && attrs.String("act_type", "leaky") == "leaky")
      return {Activation::Kind::kLeaky, attrs.Double("slope", 0.25)};
    if (inner.op == "clip" && attrs.Double("a_min") == 0) return {Activation::Kind::kClip};
    node.Unsupported("the 8-bit convolution is fused with \"", inner.name, "\" (", inner.op,
                     "); only relu, leaky and a clip from 0 can be computed as MXNet does");
  }
};

// Values of one weight input.
std::vector<float> Values(NodeConverter& node, size_t index, const Shape& shape) {
  return RequireConstant(node, node.Weight(index, shape, ElementType::kF32), "a weight").ToVector<float>();
}

// Weights and bias with the normalization folded in, as MXNet rounds them.
struct Folded {
  std::vector<float> weights, bias;  // no bias: empty
};

Folded Fold(NodeConverter& node, const FusedConvolution& fused, const Shape& shape) {
  const Shape channels{shape[0]};
  size_t next = 1;
  Folded folded;
  folded.weights = Values(node, next++, shape);
  if (!fused.settings.no_bias) folded.bias = Values(node, next++, channels);
  if (!fused.with_norm) return folded;
  const std::vector<float> gamma = Values(node, next, channels), beta = Values(node, next + 1, channels),
                           mean = Values(node, next + 2, channels), variance = Values(node, next + 3, channels);
  std::vector<float> bias(gamma.size());
  const size_t row = gamma.empty() ? 0 : folded.weights.size() / gamma.size();
  for (size_t c = 0; c < bias.size(); ++c) {
    const auto alpha = static_cast<float>(static_cast<double>(fused.fix_gamma ? 1.0f : gamma[c]) /
                                          std::sqrt(static_cast<double>(variance[c]) + fused.eps));
    bias[c] = folded.bias.empty() ? beta[c] - alpha * mean[c] : beta[c] + alpha * (folded.bias[c] - mean[c]);
    for (size_t k = c * row; k < (c + 1) * row; ++k) folded.weights[k] *= alpha;
  }
  folded.bias = std::move(bias);
  return folded;
}

float Scale(ElementType type, float largest) { return largest != 0 ? QuantizedRange(type) / largest : kInt32Range; }

// How many quanta one is, per channel: 127.5 / the largest weight, but less where the bias would not fit into 30 bits,
// which is where it exceeds `limits` / the data's quanta.
struct ChannelScales {
  std::vector<float> free, limits;

  ChannelScales(const Folded& folded, size_t channels) : free(channels), limits(channels) {
    const size_t row = channels == 0 ? 0 : folded.weights.size() / channels;
    for (size_t c = 0; c < channels; ++c) {
      float largest = 0;
      for (size_t k = c * row; k < (c + 1) * row; ++k) largest = std::max(largest, std::fabs(folded.weights[k]));
      free[c] = Scale(ElementType::kI8, largest);
      const float bias = folded.bias.empty() ? 0.0f : folded.bias[c];
      limits[c] =
          bias == 0 ? std::numeric_limits<float>::infinity() : (bias > 0 ? kInt32Range : -kInt32Range) / 2 / bias;
    }
  }

  std::vector<float> Known(float data_scale) const {
    std::vector<float> scales(free.size());
    for (size_t c = 0; c < scales.size(); ++c) scales[c] = std::min(free[c], limits[c] / data_scale);
    return scales;
  }

  // The scales of channels[0], channels[1], ..., along the axis of `shape` that is not 1, for a scale of the data that
  // the model computes.
  Value Computed(NodeConverter& node, const Number& data_scale, const std::vector<size_t>& channels,
                 const Shape& shape) const {
    std::vector<float> most, bounds;
    for (const size_t c : channels) {
      most.push_back(free[c]);
      bounds.push_back(limits[c]);
    }
    const auto constant = [&](const std::vector<float>& values, const char* name) {
      return node.Constant(Tensor::FromValues<float>(shape, values), name);
    };
    const Value bounded = node.Add("Divide", {constant(bounds, "limit"), data_scale.AsValue(node)}, {}, "limits");
    return node.Add("Minimum", {constant(most, "scale"), bounded}, {}, "scales");
  }
};

// i8 and u8 of the same bytes.
Value SameBytes(NodeConverter& node, Value data, ElementType type) {
  if (data.Type() == type) return data;
  const auto scalar = [&](double value) { return node.Scalar(value, ElementType::kI32, "number"); };
  const double low = type == ElementType::kI8 ? -128 : 0;
  Value bytes = node.Add("Subtract", {node.Convert(data, ElementType::kI32, "wide"), scalar(low)}, {}, "bytes");
  bytes = node.Add("Add", {node.Add("FloorMod", {bytes, scalar(256)}, {}, "bytes"), scalar(low)}, {}, "bytes");
  return node.Convert(bytes, type, "reread");
}

void ConvertQuantized(NodeConverter& node, const Symbol& body) {
  FusedConvolution fused;
  fused.Read(node, body);
  const size_t base = 2 + (fused.settings.no_bias ? 0u : 1u) + (fused.with_norm ? 4u : 0u);
  const size_t ranges_at = base + (fused.with_sum ? 1 : 0);
  node.RequireInputs(ranges_at + (fused.with_sum ? 4 : 2));
  const Value data = node.Input(0);
  node.Require(data.Type() == ElementType::kI8 || data.Type() == ElementType::kU8, "data of ", data.Type(),
               ": expected i8 or u8");
  const Range range = InputRange(node, ranges_at);
  const Number data_scale = QuantaPerUnit(node, data.Type(), range);
  const Shape shape = WeightShape(node, fused.settings, data.Shape());
  node.Require(shape.NumElements() > 0, "weights of shape ", shape, ": expected some");
  const Folded folded = Fold(node, fused, shape);
  const auto channels = static_cast<size_t>(shape[0]);
  const std::optional<Range> calibrated = CalibratedRange(node);

  // With a calibrated output each channel has a scale of its own. oneDNN takes the scales of grouped weights for those
  // of the groups, not of the channels.
  const ChannelScales channel_scales(folded, channels);
  std::vector<size_t> every(channels), grouped(channels);
  const size_t per_group = channels / static_cast<size_t>(fused.settings.groups);
  for (size_t c = 0; c < channels; ++c) {
    every[c] = c;
    grouped[c] = fused.settings.groups > 1 ? c / per_group : c;
  }
  const bool computed_scales = calibrated && !data_scale.IsKnown();
  std::vector<float> scales;
  Range out_range{0.0f, 0.0f};
  const Tensor real_weights = Tensor::FromValues<float>(shape, folded.weights);
  Value weights;
  if (computed_scales) {
    std::vector<int64_t> rows(shape.Dims().size(), 1);
    rows[0] = shape[0];
    const Value factors = channel_scales.Computed(node, data_scale, grouped, Shape(std::move(rows)));
    weights = Requantize(node, node.Constant(real_weights, "weight"), ElementType::kI8, Number(factors), "weights");
    out_range = *calibrated;
  } else if (calibrated) {
    scales = channel_scales.Known(data_scale.Known());
    std::vector<float> weight_scales;
    for (const size_t c : grouped) weight_scales.push_back(scales[c]);
    weights = node.Constant(QuantizeRows(real_weights, weight_scales, ElementType::kI8), "weight");
    out_range = *calibrated;
  } else {
    const auto [low, high] = std::minmax_element(folded.weights.begin(), folded.weights.end());
    scales = {Scale(ElementType::kI8, std::max(std::fabs(*low), std::fabs(*high)))};
    weights =
        node.Constant(QuantizeRows(real_weights, std::vector<float>(channels, scales[0]), ElementType::kI8), "weight");
    out_range = ProductRange(node, {*low, *high}, range, data.Type() == ElementType::kU8);
  }
  const Value sums = QuantizedConvolve(node, fused.settings, data, weights);
  const Shape per_channel = ChannelShape(shape[0], data.Shape().Rank());
  const Value sum_scales = computed_scales ? channel_scales.Computed(node, data_scale, every, per_channel) : Value();
  Value bias = node.Constant(Tensor(ElementType::kF32, Shape{0}), "none");
  if (!folded.bias.empty()) {
    const Tensor real = Tensor::FromValues<float>(per_channel, folded.bias);
    if (data_scale.IsKnown()) {
      std::vector<float> bias_scales;
      for (const float scale : scales) bias_scales.push_back(scale * data_scale.Known());
      bias = node.Constant(QuantizeRows(real, bias_scales, ElementType::kI32).ConvertTo(ElementType::kF32), "bias");
    } else {
      const Number scale =
          computed_scales ? Multiply(node, Number(sum_scales), data_scale) : Multiply(node, scales[0], data_scale);
      bias = node.Convert(Requantize(node, node.Constant(real, "bias"), ElementType::kI32, scale, "scaled_bias"),
                          ElementType::kF32, "sums_bias");
    }
  }

  const Activation& last = !fused.with_sum && fused.with_act ? fused.act : fused.late_act;
  const bool has_last = (!fused.with_sum && fused.with_act) || fused.with_late_act;
  const ElementType type = !calibrated                        ? ElementType::kI32
                           : has_last && last.NeverNegative() ? ElementType::kU8
                                                              : ElementType::kI8;
  const Shape single(std::vector<int64_t>(per_channel.Dims().size(), 1));
  Number output_scale = calibrated ? QuantaPerUnit(node, type, out_range) : Multiply(node, data_scale, scales[0]);
  Value factors;
  if (computed_scales) {
    factors = Divide(node, Divide(node, output_scale, data_scale), Number(sum_scales)).AsValue(node);
  } else {
    std::vector<float> values;
    for (size_t c = 0; calibrated && c < channels; ++c)
      values.push_back(output_scale.Known() / data_scale.Known() / scales[c]);
    factors = calibrated ? node.Constant(Tensor::FromValues<float>(per_channel, values), "scale")
                         : node.Constant(Tensor::FromValues<float>(single, {1.0f}), "scale");
  }
  std::vector<Value> arguments = {sums, factors, bias};
  graph::Attributes attributes;
  // MXNet's oneDNN takes an upper bound for what the output's range cuts off anyway; i32 sums stay as they are.
  const bool clip_is_dropped = !fused.with_sum && fused.act.kind == Activation::Kind::kClip;
  if (fused.with_act && !clip_is_dropped) {
    if (fused.act.kind == Activation::Kind::kClip)
      node.Unsupported("the 8-bit convolution is fused with a clip and then a sum");
    attributes.emplace("negative_slope", fused.act.kind == Activation::Kind::kLeaky ? fused.act.slope : 0.0);
  }
  ElementType computed = type;
  if (fused.with_sum) {
    const Value addend = node.Input(base);
    node.Require(addend.Shape() == sums.Shape(), "sum of shape ", addend.Shape(), ": expected ", sums.Shape());
    const Range sum_range = InputRange(node, ranges_at + 2);
    const Number ratio = Divide(node, output_scale, QuantaPerUnit(node, addend.Type(), sum_range));
    attributes.emplace("addend_scale", static_cast<double>(RequireKnown(node, ratio, "sum")));
    attributes.emplace("single_rounding", true);  // as oneDNN's convolutions add what is there already
    arguments.push_back(addend);
    // The sum is the memory into which the convolution writes: its type is the one that is saturated to.
    if (calibrated) computed = addend.Type();
  }
  if (fused.with_late_act) {
    if (fused.late_act.kind != Activation::Kind::kRelu)
      node.Unsupported("the 8-bit convolution is fused with a sum and then another activation than relu");
    attributes.emplace("relu", true);
  }
  attributes.emplace("destination_type", std::string(ElementTypeName(computed)));
  OutputQuantized(node, SameBytes(node, node.Add("Quantize", arguments, attributes), type), out_range);
}

}  // namespace

void ConvertFusedConvolution(NodeConverter& node) {
  const std::vector<Symbol>& subgraphs = node.GetNode().subgraphs;
  node.Require(subgraphs.size() == 1, "got ", subgraphs.size(), " subgraphs, expected 1");
  if (node.Attrs().Bool("quantized", false)) return ConvertQuantized(node, subgraphs[0]);
  node.Attrs().Ignore({"with_bn", "with_act", "with_relu", "with_sum", "with_postsum_act", "with_postsum_relu",
                       "min_calib_range", "max_calib_range"});
  std::vector<Value> inputs;
  for (size_t i = 0; i < node.InputCount(); ++i) inputs.push_back(node.Input(i));
  node.Output(BuildSubgraph(node, subgraphs[0], inputs).at(0));
}

}  // namespace moir::mo

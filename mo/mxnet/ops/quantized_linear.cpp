// _contrib_quantized_conv and _contrib_quantized_fully_connected: i32 sums of 8-bit products, and the range for which
// 2^31 stands. in: data, weight (i8), bias (i8) unless no_bias, then min and max of each.
// The convolution adds its bias as it is; the fully connected layer brings it to the sums' scale first.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"
#include "mo/mxnet/ops/quantized.h"

namespace moir::mo {

void ConvertQuantizedConv(NodeConverter& node) {
  const ConvolutionSettings settings = ReadConvolution(node.Attrs());
  const size_t inputs = settings.no_bias ? 2 : 3;
  node.RequireInputs(3 * inputs);
  if (settings.groups != 1) node.Attrs().Refuse("num_group", "1 for 8-bit data");
  const Value data = node.Input(0);
  node.Require(data.Type() == ElementType::kU8, "data of ", data.Type(), ": expected u8");
  const Value weights = node.Weight(1, WeightShape(node, settings, data.Shape()), ElementType::kI8);
  Value y = QuantizedConvolve(node, settings, data, weights);
  if (!settings.no_bias) {
    const Value bias = node.Convert(node.Weight(2, {settings.filters}, ElementType::kI8), ElementType::kI32, "bias");
    y = node.Add("Add", {y, node.Reshape(bias, ChannelShape(settings.filters, y.Shape().Rank()).Dims(), "channels")},
                 {}, "biased");
  }
  OutputQuantized(node, y, ProductRange(node, InputRange(node, inputs), InputRange(node, inputs + 2), false));
}

void ConvertQuantizedFullyConnected(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const int64_t outputs = attrs.Int("num_hidden");
  if (outputs < 1) attrs.Refuse("num_hidden", "a positive number");
  const bool no_bias = attrs.Bool("no_bias", false), flatten = attrs.Bool("flatten", true);
  const size_t inputs = no_bias ? 2 : 3;
  node.RequireInputs(3 * inputs);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() >= 2, "data of shape ", shape, ": expected two axes or more");
  const int64_t columns = flatten ? shape.NumElements(1, shape.Rank()) : shape[shape.Rank() - 1];
  const Value weights = node.Weight(1, {outputs, columns}, ElementType::kI8);
  const Range range = InputRange(node, inputs), weight_range = InputRange(node, inputs + 2);
  const DenseProduct product = QuantizedProduct(node, data, weights, flatten);
  Value y = product.sums;
  if (!no_bias) {
    const Range bias_range = InputRange(node, inputs + 4);
    const Number data_scale = Divide(node, QuantizedRange(data.Type()), MaxAbs(node, range.min, range.max));
    const Number weight_scale = Divide(node, kInt8Range, MaxAbs(node, weight_range.min, weight_range.max));
    const Number largest = MaxAbs(node, bias_range.min, bias_range.max);
    const Number rescale = Divide(node, Multiply(node, Multiply(node, data_scale, weight_scale), largest), kInt8Range);
    const Value bias = node.Reshape(node.Weight(2, {outputs}, ElementType::kI8), {1, outputs, 1}, "bias");
    const Value scaled = Requantize(node, bias, ElementType::kF32, rescale, "scaled_bias");
    y = node.Add("Add", {y, node.Convert(scaled, ElementType::kI32, "cut_bias")}, {}, "biased");
  }
  OutputQuantized(node, node.Reshape(y, product.shape),
                  ProductRange(node, range, weight_range, data.Type() == ElementType::kU8));
}

}  // namespace moir::mo

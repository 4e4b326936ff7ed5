// LeakyReLU: x where it is positive, elsewhere
//   leaky: slope * x    elu: slope * (exp(x) - 1)    prelu: gamma * x, gamma per channel or one for all
//   rrelu: (lower_bound + upper_bound) / 2 * x at inference
//   selu: scale * elu with fixed numbers             gelu: x * (1 + erf(x / sqrt(2))) / 2 everywhere
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertLeakyReLU(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::string type = attrs.OneOf("act_type", "leaky", {"elu", "gelu", "leaky", "prelu", "rrelu", "selu"});
  const double slope = attrs.Double("slope", 0.25);
  const double lower = attrs.Double("lower_bound", 0.125), upper = attrs.Double("upper_bound", 0.334);
  node.RequireInputs(type == "prelu" ? 2 : 1);
  const Value data = node.Input(0);
  const auto scaled = [&](double by) {
    return node.Constant(Tensor::FromValues<float>(Shape{1}, {static_cast<float>(by)}).ConvertTo(data.Type()), "slope");
  };
  if (type == "leaky") {
    node.Output(node.Add("PRelu", {data, scaled(slope)}));
  } else if (type == "rrelu") {
    node.Output(node.Add("PRelu", {data, scaled((lower + upper) / 2)}));
  } else if (type == "elu") {
    node.Output(node.Add("Elu", {data}, {{"alpha", slope}}));
  } else if (type == "selu") {
    const Value elu = node.Add("Elu", {data}, {{"alpha", 1.6732632423543772}});
    node.Output(node.Add("Multiply", {elu, node.Scalar(1.0507009873554805, data.Type(), "scale")}));
  } else if (type == "gelu") {
    node.Output(node.Add("Gelu", {data}));
  } else {
    const Shape& shape = data.Shape();
    const int64_t channels = shape.Rank() > 1 ? shape[1] : 1;
    // One slope for all channels is possible as well; a variable without a parameter means one per channel.
    const bool single = node.KnownShape(1) == Shape{1};
    node.Output(node.Add("PRelu", {data, node.Weight(1, single ? Shape{1} : Shape{channels}, data.Type())}));
  }
}

}  // namespace moir::mo

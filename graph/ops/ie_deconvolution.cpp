// Layer Deconvolution: ConvolutionBackpropData or GroupConvolutionBackpropData, then the biases.
// in 0: data [N, C, D1..Ds].  in 1: weights in the order [C, output / group, K1..Ks].  in 2: biases (optional).
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  const auto& kernel = layer.Attr<std::vector<int64_t>>("kernel");
  const int64_t group = layer.Attr<int64_t>("group");
  const int64_t output = layer.Attr<int64_t>("output");
  layer.Require(data.Rank() == static_cast<int64_t>(kernel.size()) + 2, "data", data,
                StrCat("rank ", kernel.size() + 2, " for kernel ", Join(kernel, ",")));
  layer.Require(output > 0 && output % group == 0 && data[1] % group == 0, "group", group,
                StrCat("a divisor of the ", data[1], " input and ", output, " output channels"));
  std::vector<int64_t> dims = {data[1] / group, output / group};
  if (group > 1) dims.insert(dims.begin(), group);
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  Shape weights(std::move(dims));
  layer.Require(layer.InputShape(1).NumElements() == weights.NumElements(), "weights",
                StrCat(layer.InputShape(1).NumElements(), " values"), StrCat(weights.NumElements(), " for ", weights));
  Value out = layer.Add(group > 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData", "deconvolution",
                        {layer.Input(0), layer.Reshaped(layer.Input(1), "weights", weights)}, ConvolutionWindow(layer));
  if (layer.InputCount() > 2) {
    layer.Require(layer.InputShape(2).NumElements() == output, "biases",
                  StrCat(layer.InputShape(2).NumElements(), " values"), StrCat(output));
    out = layer.Add("Add", "bias", {out, layer.Reshaped(layer.Input(2), "biases", ChannelShape(output, data.Rank()))});
  }
  return {out};
}

}  // namespace

OpSchema IeDeconvolutionSchema() {
  return IeSchema("Deconvolution", {"data", "weights", OptionalInput("biases")}, IeConvolutionAttributes(), Expand);
}

}  // namespace moir::graph

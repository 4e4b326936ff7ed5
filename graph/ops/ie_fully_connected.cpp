// Layer FullyConnected: y[n, o] = sum over k of x[n, k] * w[o, k] + b[o], x flattened from axis 1.
// in 0: data, rank >= 2.  in 1: weights in the order [out-size, K].  in 2: biases (optional).
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  Value x = layer.Input(0);
  const Shape data = x.Shape();
  const int64_t size = layer.Attr<int64_t>("out-size");
  layer.Require(data.Rank() >= 2, "data", data, "rank 2 or more");
  layer.Require(size > 0, "out-size", size, "a positive number");
  const int64_t inputs = data.NumElements(1, data.Rank());
  if (data.Rank() > 2)
    x = layer.Add("Reshape", "flatten", {x, layer.Indices("flatten_shape", {0, -1})}, {{"special_zero", true}});
  const Shape weights{size, inputs};
  layer.Require(layer.InputShape(1).NumElements() == weights.NumElements(), "weights",
                StrCat(layer.InputShape(1).NumElements(), " values"), StrCat(weights.NumElements(), " for ", weights));
  Value out = layer.Add("MatMul", "matmul", {x, layer.Reshaped(layer.Input(1), "weights", weights)},
                        {{"transpose_a", false}, {"transpose_b", true}});
  if (layer.InputCount() > 2) {
    layer.Require(layer.InputShape(2).NumElements() == size, "biases",
                  StrCat(layer.InputShape(2).NumElements(), " values"), StrCat(size));
    out = layer.Add("Add", "bias", {out, layer.Reshaped(layer.Input(2), "biases", Shape{size})});
  }
  return {out};
}

}  // namespace

OpSchema IeFullyConnectedSchema() {
  return IeSchema("FullyConnected", {"data", "weights", OptionalInput("biases")},
                  {RequiredAttribute<int64_t>("out-size")}, Expand);
}

}  // namespace moir::graph

// Layer BatchNormalization: y = (x - mean) / sqrt(variance + epsilon) per channel; the blob "weights" holds the
// variances, "biases" the means. In IR files of others only: ours say ScaleShift.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  layer.Require(data.Rank() >= 2, "data", data, "rank 2 or more");
  const Shape channels{data[1]};
  for (const size_t i : {size_t{1}, size_t{2}}) {
    layer.Require(layer.InputShape(i).NumElements() == data[1], i == 1 ? "weights" : "biases",
                  StrCat(layer.InputShape(i).NumElements(), " values"), StrCat(data[1]));
  }
  const auto filled = [&](std::string_view name, double value) {
    Tensor tensor(ElementType::kF32, channels);
    for (float& x : tensor.MutableValues<float>()) x = static_cast<float>(value);
    return layer.Constant(name, std::move(tensor));
  };
  return {layer.Add(
      "BatchNormInference", "normalize",
      {layer.Input(0), filled("gamma", 1), filled("beta", 0), layer.Reshaped(layer.Input(2), "mean", channels),
       layer.Reshaped(layer.Input(1), "variance", channels)},
      {{"epsilon", layer.Attr<double>("epsilon")}})};
}

}  // namespace

OpSchema IeBatchNormalizationSchema() {
  return IeSchema("BatchNormalization", {"data", "weights", "biases"}, {RequiredAttribute<double>("epsilon")}, Expand);
}

}  // namespace moir::graph

// Layers ReLU: x where x > 0, otherwise x * negative_slope; and ReLU6: x clamped to [0, n].
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const double slope = layer.Attr<double>("negative_slope");
  if (slope == 0) return {layer.Add("ReLU", "relu", {layer.Input(0)})};
  const Value slopes =
      layer.Constant("slope", Tensor::FromValues<double>(Shape{1}, {slope}).ConvertTo(layer.Input(0).Type()));
  return {layer.Add("PRelu", "relu", {layer.Input(0), slopes})};
}

}  // namespace

OpSchema IeReLUSchema() { return IeSchema("ReLU", {"data"}, {{"negative_slope", 0.0}}, Expand); }

OpSchema IeReLU6Schema() {
  return IeSchema("ReLU6", {"data"}, {{"n", 6.0}}, [](Expansion& layer) -> std::vector<Value> {
    return {layer.Add("Clamp", "clamp", {layer.Input(0)}, {{"min", 0.0}, {"max", layer.Attr<double>("n")}})};
  });
}

}  // namespace moir::graph

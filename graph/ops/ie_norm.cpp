// Layer Norm: local response normalization, across channels or within a channel (region "same").
// y = x / (k + alpha / size^r * sum of squares)^beta, r = 1 across channels, otherwise the number of spatial axes.
// The 2018 engine takes k for 1 whatever the file says.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  layer.Require(data.Rank() >= 2, "data", data, "rank 2 or more");
  std::vector<int64_t> axes = {1};
  if (layer.Attr<std::string>("region") == "same") {
    axes.clear();
    for (int64_t axis = 2; axis < data.Rank(); ++axis) axes.push_back(axis);
  }
  return {layer.Add("LRN", "norm", {layer.Input(0), layer.Indices("axes", axes)},
                    {{"alpha", layer.Attr<double>("alpha")},
                     {"beta", layer.Attr<double>("beta")},
                     {"bias", layer.Attr<double>("k")},
                     {"size", layer.Attr<int64_t>("local-size")}})};
}

}  // namespace

OpSchema IeNormSchema() {
  return IeSchema("Norm", {"data"},
                  {RequiredAttribute<double>("alpha"),
                   RequiredAttribute<double>("beta"),
                   {"k", 1.0},
                   RequiredAttribute<int64_t>("local-size"),
                   AttributeSchema::OneOf("region", {"across", "same"})},
                  Expand);
}

}  // namespace moir::graph

// Layer Normalize: x / sqrt(sum of squares + eps) * weights; the sum runs over the channels, with across_spatial over
// all axes but the first. channel_shared: one weight for all channels.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  layer.Require(data.Rank() >= 2, "data", data, "rank 2 or more");
  std::vector<int64_t> axes = {1};
  if (layer.Attr<int64_t>("across_spatial") != 0) {
    for (int64_t axis = 2; axis < data.Rank(); ++axis) axes.push_back(axis);
  }
  const Value normalized = layer.Add("NormalizeL2", "normalize", {layer.Input(0), layer.Indices("axes", axes)},
                                     {{"eps", layer.Attr<double>("eps")}, {"eps_mode", std::string("add")}});
  return {ScaleAndShift(layer, normalized, layer.Input(1), {})};
}

}  // namespace

OpSchema IeNormalizeSchema() {
  return IeSchema("Normalize", {"data", "weights"},
                  {{"across_spatial", int64_t{0}}, {"channel_shared", int64_t{0}}, {"eps", 1e-10}}, Expand);
}

}  // namespace moir::graph

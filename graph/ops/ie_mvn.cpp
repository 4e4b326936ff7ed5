// Layer MVN: (x - mean) / sqrt(variance + eps) over the spatial axes, with across_channels also over the channels.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  std::vector<int64_t> axes;
  for (int64_t axis = layer.Attr<int64_t>("across_channels") != 0 ? 1 : 2; axis < layer.InputShape(0).Rank(); ++axis)
    axes.push_back(axis);
  layer.Require(!axes.empty(), "data", layer.InputShape(0), "spatial axes");
  return {layer.Add("MVN", "mvn", {layer.Input(0), layer.Indices("axes", axes)},
                    {{"normalize_variance", layer.Attr<int64_t>("normalize_variance") != 0},
                     {"eps", layer.Attr<double>("eps")},
                     {"eps_mode", std::string("inside_sqrt")}})};
}

}  // namespace

OpSchema IeMVNSchema() {
  return IeSchema("MVN", {"data"}, {{"across_channels", int64_t{0}}, {"normalize_variance", int64_t{1}}, {"eps", 1e-9}},
                  Expand);
}

}  // namespace moir::graph

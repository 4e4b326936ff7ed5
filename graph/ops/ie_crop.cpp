// Layer Crop: from `offset` on, `dim` elements along each of `axis`. A second input, where there is one, gives the
// sizes by its shape when `dim` is absent.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  using Sizes = std::vector<int64_t>;
  const Shape& data = layer.InputShape(0);
  const Sizes& axes = layer.Attr<Sizes>("axis");
  const Sizes& offset = layer.Attr<Sizes>("offset");
  Sizes sizes = layer.Attr<Sizes>("dim");
  if (sizes.empty() && layer.InputCount() > 1) {
    for (const int64_t axis : axes) {
      layer.Require(axis >= 0 && axis < layer.InputShape(1).Rank(), "axis", axis,
                    StrCat("an axis of ", layer.InputShape(1)));
      sizes.push_back(layer.InputShape(1)[axis]);
    }
  }
  layer.Require(!axes.empty() && offset.size() == axes.size() && sizes.size() == axes.size(), "axis, offset, dim",
                StrCat(axes.size(), ", ", offset.size(), ", ", sizes.size(), " numbers"), "the same count");
  Sizes stop;
  for (size_t i = 0; i < axes.size(); ++i) {
    layer.Require(axes[i] >= 0 && axes[i] < data.Rank(), "axis", axes[i], StrCat("an axis of ", data));
    layer.Require(offset[i] >= 0 && sizes[i] > 0 && sizes[i] <= data[axes[i]] && offset[i] <= data[axes[i]] - sizes[i],
                  "offset and dim", StrCat(offset[i], " and ", sizes[i]), StrCat("a part of ", data[axes[i]]));
    stop.push_back(offset[i] + sizes[i]);
  }
  return {layer.Add("Slice", "slice",
                    {layer.Input(0), layer.Indices("start", offset), layer.Indices("stop", stop),
                     layer.Indices("step", Sizes(axes.size(), 1)), layer.Indices("axes", axes)})};
}

}  // namespace

OpSchema IeCropSchema() {
  return IeSchema("Crop", {"data", OptionalInput("reference")},
                  {RequiredAttribute<std::vector<int64_t>>("axis"),
                   RequiredAttribute<std::vector<int64_t>>("offset"),
                   {"dim", std::vector<int64_t>{}}},
                  Expand);
}

}  // namespace moir::graph

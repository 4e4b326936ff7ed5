// Layer Tile: the input `tiles` times along `axis`.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  const int64_t axis = layer.Attr<int64_t>("axis"), tiles = layer.Attr<int64_t>("tiles");
  layer.Require(axis >= 0 && axis < data.Rank(), "axis", axis, StrCat("an axis of ", data));
  layer.Require(tiles > 0, "tiles", tiles, "a positive number");
  std::vector<int64_t> repeats(static_cast<size_t>(data.Rank()), 1);
  repeats[static_cast<size_t>(axis)] = tiles;
  return {layer.Add("Tile", "tile", {layer.Input(0), layer.Indices("repeats", repeats)})};
}

}  // namespace

OpSchema IeTileSchema() {
  return IeSchema("Tile", {"data"}, {RequiredAttribute<int64_t>("axis"), RequiredAttribute<int64_t>("tiles")}, Expand);
}

}  // namespace moir::graph

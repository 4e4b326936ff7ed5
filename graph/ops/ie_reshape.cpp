// Layer Reshape: the same values under shape `dim`; 0 copies the size of the same axis, -1 is what is left. Layer
// Flatten: axes [axis, end_axis] become one. Both are the input itself when its shape does not change.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Reshape(Expansion& layer, const std::vector<int64_t>& pattern) {
  const Value out =
      layer.Add("Reshape", "reshape", {layer.Input(0), layer.Indices("shape", pattern)}, {{"special_zero", true}});
  if (out.Shape() != layer.InputShape(0)) return {out};
  layer.Remove(out);
  return {layer.Input(0)};
}

std::vector<Value> Flatten(Expansion& layer) {
  const graph::Shape& data = layer.InputShape(0);
  const int64_t first = data.NormalizeAxis(layer.Attr<int64_t>("axis"));
  const int64_t last = data.NormalizeAxis(layer.Attr<int64_t>("end_axis"));
  layer.Require(first <= last, "end_axis", last, StrCat("an axis from ", first, " on"));
  std::vector<int64_t> pattern(static_cast<size_t>(first), 0);
  pattern.push_back(-1);
  for (int64_t axis = last + 1; axis < data.Rank(); ++axis) pattern.push_back(data[axis]);
  return Reshape(layer, pattern);
}

}  // namespace

OpSchema IeReshapeSchema() {
  return IeSchema("Reshape", {"data"}, {RequiredAttribute<std::vector<int64_t>>("dim")},
                  [](Expansion& layer) { return Reshape(layer, layer.Attr<std::vector<int64_t>>("dim")); });
}

OpSchema IeFlattenSchema() {
  return IeSchema("Flatten", {"data"}, {{"axis", int64_t{0}}, {"end_axis", int64_t{-1}}}, Flatten);
}

}  // namespace moir::graph

// Layer Gather: slices of the dictionary along `axis`. Indices may be floats (truncated) and are clamped into the
// dictionary. in 0: dictionary.  in 1: indexes.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& dictionary = layer.InputShape(0);
  const int64_t axis = dictionary.NormalizeAxis(layer.Attr<int64_t>("axis"));
  Value indices = layer.Input(1);
  if (IsFloat(indices.Type())) {
    indices =
        layer.Add("Clamp", "clamp", {indices}, {{"min", 0.0}, {"max", static_cast<double>(dictionary[axis] - 1)}});
    indices = layer.Add("Convert", "indices", {indices}, {{"destination_type", std::string("i32")}});
  }
  return {
      layer.Add("Gather", "gather", {layer.Input(0), indices, layer.Constant("axis", Tensor::Scalar<int64_t>(axis))})};
}

}  // namespace

OpSchema IeGatherSchema() { return IeSchema("Gather", {"dictionary", "indexes"}, {{"axis", int64_t{0}}}, Expand); }

}  // namespace moir::graph

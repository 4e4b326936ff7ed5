// Layer Permute: axis i of the output is axis order[i] of the input.
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IePermuteSchema() {
  return IeSchema(
      "Permute", {"data"}, {RequiredAttribute<std::vector<int64_t>>("order")},
      [](Expansion& layer) -> std::vector<Value> {
        return {layer.Add("Transpose", "transpose",
                          {layer.Input(0), layer.Indices("order", layer.Attr<std::vector<int64_t>>("order"))})};
      });
}

}  // namespace moir::graph

// Layer Concat: the inputs one after another along `axis`.
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeConcatSchema() {
  return IeSchema("Concat", {VariadicInput("data")}, {{"axis", int64_t{1}}},
                  [](Expansion& layer) -> std::vector<Value> {
                    return {layer.Add("Concat", "concat", layer.Inputs(), {{"axis", layer.Attr<int64_t>("axis")}})};
                  });
}

}  // namespace moir::graph

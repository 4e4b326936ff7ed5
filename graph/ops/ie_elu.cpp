// Layer ELU: x where x > 0, otherwise alpha * (exp(x) - 1).
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeELUSchema() {
  return IeSchema("ELU", {"data"}, {{"alpha", 1.0}}, [](Expansion& layer) -> std::vector<Value> {
    return {layer.Add("Elu", "elu", {layer.Input(0)}, {{"alpha", layer.Attr<double>("alpha")}})};
  });
}

}  // namespace moir::graph

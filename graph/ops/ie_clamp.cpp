// Layer Clamp: x clamped to [min, max].
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeClampSchema() {
  return IeSchema("Clamp", {"data"}, {RequiredAttribute<double>("min"), RequiredAttribute<double>("max")},
                  [](Expansion& layer) -> std::vector<Value> {
                    return {layer.Add("Clamp", "clamp", {layer.Input(0)},
                                      {{"min", layer.Attr<double>("min")}, {"max", layer.Attr<double>("max")}})};
                  });
}

}  // namespace moir::graph

// Layer SoftMax along `axis`.
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeSoftMaxSchema() {
  return IeSchema("SoftMax", {"data"}, {{"axis", int64_t{1}}}, [](Expansion& layer) -> std::vector<Value> {
    return {layer.Add("Softmax", "softmax", {layer.Input(0)}, {{"axis", layer.Attr<int64_t>("axis")}})};
  });
}

}  // namespace moir::graph

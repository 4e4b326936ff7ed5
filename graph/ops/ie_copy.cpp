// Layer Copy: the input itself.
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeCopySchema() {
  return IeSchema("Copy", {"data"}, {}, [](Expansion& layer) -> std::vector<Value> { return {layer.Input(0)}; });
}

}  // namespace moir::graph

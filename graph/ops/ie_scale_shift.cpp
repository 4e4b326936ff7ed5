// Layer ScaleShift: y = x * weights + biases along axis 1.
// in 0: data.  in 1: weights, one per channel or one.  in 2: biases likewise (optional).
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeScaleShiftSchema() {
  return IeSchema(
      "ScaleShift", {"data", "weights", OptionalInput("biases")}, {}, [](Expansion& layer) -> std::vector<Value> {
        return {
            ScaleAndShift(layer, layer.Input(0), layer.Input(1), layer.InputCount() > 2 ? layer.Input(2) : Value{})};
      });
}

}  // namespace moir::graph

// Sigmoid: y = 1 / (1 + e^-x).
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SigmoidSchema() {
  return FloatUnarySchema("Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); });
}

}  // namespace moir::graph

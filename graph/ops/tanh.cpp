// Tanh: y = (e^x - e^-x) / (e^x + e^-x).
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema TanhSchema() {
  return FloatUnarySchema("Tanh", [](double x) { return std::tanh(x); });
}

}  // namespace moir::graph

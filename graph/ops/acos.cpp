// Acos: y = arccos(x) in [0, pi]; NaN outside [-1, 1].
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AcosSchema() {
  return FloatUnarySchema("Acos", [](double x) { return std::acos(x); });
}

}  // namespace moir::graph

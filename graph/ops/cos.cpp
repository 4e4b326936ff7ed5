// Cos: y = cos(x), x in radians.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema CosSchema() {
  return FloatUnarySchema("Cos", [](double x) { return std::cos(x); });
}

}  // namespace moir::graph

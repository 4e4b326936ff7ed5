// Tan: y = tan(x), x in radians.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema TanSchema() {
  return FloatUnarySchema("Tan", [](double x) { return std::tan(x); });
}

}  // namespace moir::graph

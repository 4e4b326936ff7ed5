// Atan: y = arctan(x) in (-pi/2, pi/2).
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AtanSchema() {
  return FloatUnarySchema("Atan", [](double x) { return std::atan(x); });
}

}  // namespace moir::graph

// Sin: y = sin(x), x in radians.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SinSchema() {
  return FloatUnarySchema("Sin", [](double x) { return std::sin(x); });
}

}  // namespace moir::graph

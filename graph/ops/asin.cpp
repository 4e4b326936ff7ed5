// Asin: y = arcsin(x) in [-pi/2, pi/2]; NaN outside [-1, 1].
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AsinSchema() {
  return FloatUnarySchema("Asin", [](double x) { return std::asin(x); });
}

}  // namespace moir::graph

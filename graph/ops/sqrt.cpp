// Sqrt: y = the square root of x; NaN below 0.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SqrtSchema() {
  return FloatUnarySchema("Sqrt", [](double x) { return std::sqrt(x); });
}

}  // namespace moir::graph

// Cosh: y = (e^x + e^-x) / 2.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema CoshSchema() {
  return FloatUnarySchema("Cosh", [](double x) { return std::cosh(x); });
}

}  // namespace moir::graph

// Erf: y = 2 / sqrt(pi) * integral of e^(-t^2) for t from 0 to x.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema ErfSchema() {
  return FloatUnarySchema("Erf", [](double x) { return std::erf(x); });
}

}  // namespace moir::graph

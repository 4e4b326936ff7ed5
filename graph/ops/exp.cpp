// Exp: y = e^x.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema ExpSchema() {
  return FloatUnarySchema("Exp", [](double x) { return std::exp(x); });
}

}  // namespace moir::graph

// Sinh: y = (e^x - e^-x) / 2.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SinhSchema() {
  return FloatUnarySchema("Sinh", [](double x) { return std::sinh(x); });
}

}  // namespace moir::graph

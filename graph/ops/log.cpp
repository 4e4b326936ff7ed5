// Log: y = ln(x); -infinity at 0, NaN below.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema LogSchema() {
  return FloatUnarySchema("Log", [](double x) { return std::log(x); });
}

}  // namespace moir::graph

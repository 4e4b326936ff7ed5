// Acosh: y = arcosh(x) >= 0; NaN below 1.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AcoshSchema() {
  return FloatUnarySchema(
      "Acosh", [](double x) { return std::acosh(x); }, "opset4");
}

}  // namespace moir::graph

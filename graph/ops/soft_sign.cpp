// SoftSign: y = x / (1 + |x|).
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SoftSignSchema() {
  return FloatUnarySchema(
      "SoftSign", [](double x) { return x / (1 + std::abs(x)); }, "opset9");
}

}  // namespace moir::graph

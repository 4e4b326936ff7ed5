// Asinh: y = arsinh(x).
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AsinhSchema() {
  return FloatUnarySchema(
      "Asinh", [](double x) { return std::asinh(x); }, "opset4");
}

}  // namespace moir::graph

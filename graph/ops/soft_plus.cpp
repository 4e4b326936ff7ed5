// SoftPlus: y = ln(1 + e^x), written so that e^x does not overflow.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SoftPlusSchema() {
  return FloatUnarySchema(
      "SoftPlus", [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }, "opset4");
}

}  // namespace moir::graph

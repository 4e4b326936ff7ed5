// Atanh: y = artanh(x); infinite at -1 and 1, NaN beyond.
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AtanhSchema() {
  return FloatUnarySchema(
      "Atanh", [](double x) { return std::atanh(x); }, "opset4");
}

}  // namespace moir::graph

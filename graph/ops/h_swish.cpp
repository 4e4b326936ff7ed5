// HSwish: y = x * min(max(x + 3, 0), 6) / 6.
// in 0: data, any shape, float type.  out 0: same.
#include <algorithm>

#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema HSwishSchema() {
  return FloatUnarySchema(
      "HSwish", [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; }, "opset4");
}

}  // namespace moir::graph

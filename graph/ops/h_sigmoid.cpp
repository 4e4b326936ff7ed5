// HSigmoid: y = min(max(x + 3, 0), 6) / 6.
// in 0: data, any shape, float type.  out 0: same.
#include <algorithm>

#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema HSigmoidSchema() {
  return FloatUnarySchema(
      "HSigmoid", [](double x) { return std::min(std::max(x + 3, 0.0), 6.0) / 6; }, "opset5");
}

}  // namespace moir::graph

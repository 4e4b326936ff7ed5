// Mish: y = x * tanh(log(1 + e^x)).
// in 0: data, any shape, float type.  out 0: same.
#include <algorithm>

#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema MishSchema() {
  return FloatUnarySchema(
      "Mish", [](double x) { return x * std::tanh(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)))); }, "opset4");
}

}  // namespace moir::graph

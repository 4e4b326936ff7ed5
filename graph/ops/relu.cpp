// ReLU: y = max(x, 0), element by element; NaN stays NaN.
// in 0: data, any shape, numeric.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema ReLUSchema() {
  return UnarySchema("ReLU", [](auto x) { return x < decltype(x){} ? decltype(x){} : x; });
}

}  // namespace moir::graph

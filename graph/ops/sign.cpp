// Sign: y = -1, 0 or 1, the sign of x; NaN stays NaN.
// in 0: data, any shape, numeric.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema SignSchema() {
  return UnarySchema("Sign", [](auto x) {
    using T = decltype(x);
    return x > T{} ? T{1} : x < T{} ? static_cast<T>(T{} - T{1}) : x;
  });
}

}  // namespace moir::graph

// Floor: y = the largest integer not above x; integers stay.
// in 0: data, any shape, numeric.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema FloorSchema() {
  return UnarySchema("Floor", [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) return x;
    else return std::floor(x);
  });
}

}  // namespace moir::graph

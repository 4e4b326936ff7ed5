// Ceiling: y = the smallest integer not below x; integers stay.
// in 0: data, any shape, numeric.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema CeilingSchema() {
  return UnarySchema("Ceiling", [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) return x;
    else return std::ceil(x);
  });
}

}  // namespace moir::graph

// Negative: y = -x; integers wrap around.
// in 0: data, any shape, numeric.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema NegativeSchema() {
  return UnarySchema("Negative", [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_integral_v<T>) return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x));
    else return -x;
  });
}

}  // namespace moir::graph

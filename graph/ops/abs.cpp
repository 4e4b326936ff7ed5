// Abs: y = |x|; the smallest signed integer stays itself.
// in 0: data, any shape, numeric.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AbsSchema() {
  return UnarySchema("Abs", [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_integral_v<T>) return x < T{} ? static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x)) : x;
    else return std::abs(x);
  });
}

}  // namespace moir::graph

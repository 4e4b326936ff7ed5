// Mod: the remainder of a / b rounded towards zero; it has the sign of a. The remainder by integer zero is an error.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema ModSchema() {
  return BinarySchema("Mod", [](auto a, auto b) {
    using T = decltype(a);
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) Fail(ErrorKind::kBadModel, "the remainder of an integer by zero");
      // The smallest integer by -1 would trap.
      return b == static_cast<T>(-1) && std::is_signed_v<T> ? T{} : static_cast<T>(a % b);
    } else {
      return std::fmod(a, b);
    }
  });
}

}  // namespace moir::graph

// FloorMod: the remainder of a / b rounded down; it has the sign of b. The remainder by integer zero is an error.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema FloorModSchema() {
  return BinarySchema("FloorMod", [](auto a, auto b) {
    using T = decltype(a);
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) Fail(ErrorKind::kBadModel, "the remainder of an integer by zero");
      if (b == static_cast<T>(-1) && std::is_signed_v<T>) return T{};
      const auto rest = static_cast<T>(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    } else {
      const T rest = std::fmod(a, b);
      if (rest == 0) return std::copysign(rest, b);
      return (rest < 0) != (b < 0) ? rest + b : rest;
    }
  });
}

}  // namespace moir::graph

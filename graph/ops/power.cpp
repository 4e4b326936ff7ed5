// Power: y = a^b. Integers: exact modulo their width; a negative exponent gives a^b rounded towards zero, and is an
// error for a = 0.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

template <typename T>
T PowerOfIntegers(T a, T b) {
  if (b < 0) {
    if (a == 0) Fail(ErrorKind::kBadModel, "integer zero to the power of ", static_cast<int64_t>(b));
    if (a == 1) return 1;
    return a == static_cast<T>(-1) ? static_cast<T>(b % 2 == 0 ? 1 : -1) : T{0};
  }
  uint64_t result = 1;
  uint64_t factor = static_cast<uint64_t>(a);
  for (uint64_t bits = static_cast<uint64_t>(b); bits != 0; bits >>= 1) {
    if (bits & 1) result *= factor;
    factor *= factor;
  }
  return static_cast<T>(result);
}

}  // namespace

OpSchema PowerSchema() {
  return BinarySchema("Power", [](auto a, auto b) {
    using T = decltype(a);
    if constexpr (std::is_integral_v<T>) return PowerOfIntegers(a, b);
    else return static_cast<T>(std::pow(static_cast<double>(a), static_cast<double>(b)));
  });
}

}  // namespace moir::graph

// Lcm: y = the least common multiple of |a| and |b|; 0 where one of them is 0. What does not fit wraps around.
// in 0, 1: a and b of one integer type; shapes broadcast as in NumPy.  out 0: same type.
#include <numeric>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

// The magnitude as an unsigned number: the smallest integer has no positive counterpart of its own type.
template <typename T>
uint64_t Magnitude(T x) {
  return x < T{} ? uint64_t{0} - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
}

}  // namespace

OpSchema LcmSchema() {
  OpSchema schema = BinarySchema(
      "Lcm",
      [](auto a, auto b) {
        using T = decltype(a);
        if constexpr (std::is_integral_v<T>) {
          const uint64_t x = Magnitude(a), y = Magnitude(b);
          return static_cast<T>(x == 0 || y == 0 ? 0 : x / std::gcd(x, y) * y);
        } else {
          return T{};
        }
      },
      "moir");
  schema.infer = [](InferContext& op) {
    op.Require(IsInteger(op.InputType(0)), "element type of input 0", op.InputType(0), "an integer type");
    InferBinary(op);
  };
  return schema;
}

}  // namespace moir::graph

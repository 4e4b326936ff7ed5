// Divide: y = a / b. Integers: rounded down with m_pythondiv (the default), towards zero without; by zero is an error.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

template <typename T>
T DivideIntegers(T a, T b, bool round_down) {
  if (b == 0) Fail(ErrorKind::kBadModel, "an integer is divided by zero");
  // The one quotient that does not fit: the smallest integer by -1, which wraps around.
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(a));
  }
  const auto quotient = static_cast<T>(a / b);
  return round_down && a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
}

}  // namespace

OpSchema DivideSchema() {
  return {.name = "Divide",
          .inputs = {"a", "b"},
          .attributes = {AutoBroadcastAttribute(), {"m_pythondiv", true}},
          .infer = InferBinary,
          .evaluate = [](EvalContext& op) {
            const bool round_down = op.Attr<bool>("m_pythondiv");
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) {
              using T = decltype(tag);
              MapPairs<T, T>(op, [&](T a, T b) {
                if constexpr (std::is_integral_v<T>) return DivideIntegers(a, b, round_down);
                else return a / b;
              });
            });
          }};
}

}  // namespace moir::graph

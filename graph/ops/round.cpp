// Round: y = the nearest integer; integers stay. Halves go to the even neighbour or away from zero.
// in 0: data, any shape, numeric.  out 0: same.  attr mode: half_to_even or half_away_from_zero.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

double HalfToEven(double x) {
  const double down = std::floor(x);
  const double rest = x - down;
  if (rest < 0.5) return std::copysign(down, x);
  if (rest > 0.5) return std::copysign(down + 1, x);
  return std::copysign(std::fmod(down, 2) == 0 ? down : down + 1, x);
}

}  // namespace

OpSchema RoundSchema() {
  return {.name = "Round",
          .opset = "opset5",
          .inputs = {"data"},
          .attributes = {AttributeSchema::OneOf("mode", {"half_to_even", "half_away_from_zero"})},
          .infer = InferUnary,
          .evaluate = [](EvalContext& op) {
            const bool to_even = op.Attr<std::string>("mode") == "half_to_even";
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) {
              using T = decltype(tag);
              MapElements<T>(op, [&](T x) {
                if constexpr (std::is_integral_v<T>) return x;
                else if (!std::isfinite(x)) return static_cast<double>(x);
                else return to_even ? HalfToEven(x) : std::round(static_cast<double>(x));
              });
            });
          }};
}

}  // namespace moir::graph

// Gelu: y = x * P(X <= x) for a standard normal X.
// ERF: x / 2 * (1 + erf(x / sqrt(2))).  TANH: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).
// in 0: data, any shape, float type.  out 0: same.  attr approximation_mode: ERF or TANH.
#include <numbers>

#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema GeluSchema() {
  return {.name = "Gelu",
          .opset = "opset7",
          .inputs = {"data"},
          .attributes = {AttributeSchema::OneOf("approximation_mode", {"ERF", "TANH"})},
          .infer = InferFloatUnary,
          .evaluate = [](EvalContext& op) {
            const bool by_tanh = op.Attr<std::string>("approximation_mode") == "TANH";
            const double scale = std::sqrt(2 / std::numbers::pi);
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              MapElements<decltype(tag)>(op, [&](double x) {
                const double twice =
                    by_tanh ? 1 + std::tanh(scale * (x + 0.044715 * x * x * x)) : 1 + std::erf(x / std::numbers::sqrt2);
                return x / 2 * twice;
              });
            });
          }};
}

}  // namespace moir::graph

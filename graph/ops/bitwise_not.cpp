// BitwiseNot: y = every bit of x inverted; of a boolean its one bit.
// in 0: data, any shape, integer or boolean.  out 0: same.
#include "graph/ops/bitwise.h"

namespace moir::graph {

OpSchema BitwiseNotSchema() {
  return {.name = "BitwiseNot",
          .opset = "opset13",
          .inputs = {"data"},
          .infer =
              [](InferContext& op) {
                RequireBits(op, 0);
                op.SetOutput(0, op.InputShape(0));
              },
          .evaluate =
              [](EvalContext& op) {
                if (op.Input(0).Type() == ElementType::kBool) return MapElements<bool>(op, [](bool x) { return !x; });
                DispatchArithmetic(op.Input(0).Type(), [&](auto tag) {
                  using T = decltype(tag);
                  if constexpr (std::is_integral_v<T>) MapElements<T>(op, [](T x) { return ~x; });
                });
              }};
}

}  // namespace moir::graph

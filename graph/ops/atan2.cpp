// Atan2: y = the angle of the point (b, a) against the axis of b, in (-pi, pi]: arctan(a / b) in the right quadrant.
// in 0, 1: a and b of one float type; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema Atan2Schema() {
  OpSchema schema = BinarySchema(
      "Atan2",
      [](auto a, auto b) {
        return static_cast<decltype(a)>(std::atan2(static_cast<double>(a), static_cast<double>(b)));
      },
      "moir");
  schema.infer = [](InferContext& op) {
    RequireFloat(op, 0);
    InferBinary(op);
  };
  return schema;
}

}  // namespace moir::graph

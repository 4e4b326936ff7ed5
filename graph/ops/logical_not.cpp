// LogicalNot: y = whether x is false.
// in 0: data, boolean, any shape.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema LogicalNotSchema() {
  return {.name = "LogicalNot",
          .inputs = {"data"},
          .infer =
              [](InferContext& op) {
                RequireBoolean(op, 0);
                op.SetOutput(0, op.InputShape(0));
              },
          .evaluate = [](EvalContext& op) { MapElements<bool>(op, [](bool x) { return !x; }); }};
}

}  // namespace moir::graph

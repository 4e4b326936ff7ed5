// HardSigmoid: y = max(0, min(1, alpha * x + beta)).
// in 0: data, any shape, float type.  in 1: alpha, one value.  in 2: beta, one value.  out 0: as data.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  InferFloatUnary(op);
  for (const size_t i : {1, 2}) {
    op.RequireSameType(0, i);
    op.Require(op.InputShape(i).NumElements() == 1, i == 1 ? "shape of alpha" : "shape of beta", op.InputShape(i),
               "one value");
  }
}

}  // namespace

OpSchema HardSigmoidSchema() {
  return {.name = "HardSigmoid", .inputs = {"data", "alpha", "beta"}, .infer = Infer, .evaluate = [](EvalContext& op) {
            const double alpha = op.Input(1).ToVector<double>()[0];
            const double beta = op.Input(2).ToVector<double>()[0];
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              MapElements<decltype(tag)>(op, [&](double x) {
                const double y = alpha * x + beta;
                return y < 0 ? 0.0 : y > 1 ? 1.0 : y;
              });
            });
          }};
}

}  // namespace moir::graph

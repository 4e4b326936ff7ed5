// Swish: y = x / (1 + e^(-beta x)).
// in 0: data, any shape, float type.  in 1 (optional): beta, one value; 1 when absent.  out 0: as data.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  InferFloatUnary(op);
  if (op.InputCount() < 2) return;
  op.RequireSameType(0, 1);
  op.Require(op.InputShape(1).NumElements() == 1, "shape of beta", op.InputShape(1), "one value");
}

}  // namespace

OpSchema SwishSchema() {
  return {.name = "Swish",
          .opset = "opset4",
          .inputs = {"data", OptionalInput("beta")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            const double beta = op.InputCount() > 1 ? op.Input(1).ToVector<double>()[0] : 1;
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              MapElements<decltype(tag)>(op, [&](double x) { return x / (1 + std::exp(-beta * x)); });
            });
          }};
}

}  // namespace moir::graph

// Selu: y = lambda * x for x > 0, lambda * alpha * (e^x - 1) otherwise.
// in 0: data, any shape, float type.  in 1: alpha, in 2: lambda, one value each.  out 0: as data.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  InferFloatUnary(op);
  for (const size_t i : {1, 2}) {
    op.RequireSameType(0, i);
    op.Require(op.InputShape(i).NumElements() == 1, i == 1 ? "shape of alpha" : "shape of lambda", op.InputShape(i),
               "one value");
  }
}

}  // namespace

OpSchema SeluSchema() {
  return {.name = "Selu", .inputs = {"data", "alpha", "lambda"}, .infer = Infer, .evaluate = [](EvalContext& op) {
            const double alpha = op.Input(1).ToVector<double>()[0], lambda = op.Input(2).ToVector<double>()[0];
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              MapElements<decltype(tag)>(op, [&](double x) { return lambda * (x > 0 ? x : alpha * std::expm1(x)); });
            });
          }};
}

}  // namespace moir::graph

// Elu: y = x for x > 0, alpha * (e^x - 1) otherwise.
// in 0: data, any shape, float type.  out 0: same.  attr alpha: double.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema EluSchema() {
  return {.name = "Elu",
          .inputs = {"data"},
          .attributes = {RequiredAttribute<double>("alpha")},
          .infer = InferFloatUnary,
          .evaluate = [](EvalContext& op) {
            const double alpha = op.Attr<double>("alpha");
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              MapElements<decltype(tag)>(op, [&](double x) { return x > 0 ? x : alpha * std::expm1(x); });
            });
          }};
}

}  // namespace moir::graph

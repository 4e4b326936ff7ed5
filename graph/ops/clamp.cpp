// Clamp: y = min(max(x, min), max); NaN stays NaN. Integers use the integers within [min, max].
// in 0: data, any shape, numeric.  out 0: same.  attr min, max: double, min <= max, may be infinite.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const double low = op.Attr<double>("min"), high = op.Attr<double>("max");
  op.Require(low <= high, "attributes min and max", StrCat(low, " and ", high), "min <= max");
  InferUnary(op);
}

template <typename T>
void Evaluate(EvalContext& op) {
  double low = op.Attr<double>("min"), high = op.Attr<double>("max");
  if constexpr (std::is_integral_v<T>) {
    low = std::ceil(low);
    high = std::floor(high);
  }
  const T min = ConvertElement<T, double>(low), max = ConvertElement<T, double>(high);
  MapElements<T>(op, [&](T x) { return x < min ? min : x > max ? max : x; });
}

}  // namespace

OpSchema ClampSchema() {
  return {.name = "Clamp",
          .inputs = {"data"},
          .attributes = {RequiredAttribute<double>("min"), RequiredAttribute<double>("max")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

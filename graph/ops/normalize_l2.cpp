// NormalizeL2: y = x / sqrt(s), where s is the sum of x^2 along `axes`, with eps added (eps_mode add) or at least eps
// (max). Without axes the sum has one element.
// in 0: data, any shape, float type.  in 1: axes, i32 or i64.  out 0: as data.
#include "graph/ops/axes.h"
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  InferFloatUnary(op);
  InferAxes(op);
}

template <typename T>
void Evaluate(EvalContext& op) {
  const double eps = op.Attr<double>("eps");
  const bool add = op.Attr<std::string>("eps_mode") == "add";
  const Shape& data = op.Input(0).Shape();
  const Shape kept = WithoutAxes(data, op.Input(1).ToVector<int64_t>());
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  std::vector<double> norm(static_cast<size_t>(kept.NumElements()), 0);
  ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) {
    norm[j] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  });
  for (double& value : norm) value = std::sqrt(add ? value + eps : std::max(value, eps));
  ForEachBroadcast(data, kept, data,
                   [&](size_t i, size_t j, size_t) { y[i] = static_cast<T>(static_cast<double>(x[i]) / norm[j]); });
}

}  // namespace

OpSchema NormalizeL2Schema() {
  return {.name = "NormalizeL2",
          .inputs = {"data", "axes"},
          .attributes = {RequiredAttribute<double>("eps"), AttributeSchema::OneOf("eps_mode", {"add", "max"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

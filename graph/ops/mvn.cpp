// MVN: y = x - mean, divided by the standard deviation with normalize_variance; both over the elements along `axes`.
// eps_mode inside_sqrt: / sqrt(variance + eps); outside_sqrt: / (sqrt(variance) + eps). The variance divides by the
// number of elements.
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
  const bool inside = op.Attr<std::string>("eps_mode") == "inside_sqrt";
  const Shape& data = op.Input(0).Shape();
  const Shape kept = WithoutAxes(data, op.Input(1).ToVector<int64_t>());
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  if (y.empty()) return;
  const auto groups = static_cast<size_t>(kept.NumElements());
  const auto count = static_cast<double>(y.size() / groups);
  std::vector<double> mean(groups, 0), scale(groups, 0);
  ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) { mean[j] += static_cast<double>(x[i]) / count; });
  if (op.Attr<bool>("normalize_variance")) {
    ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) {
      const double distance = static_cast<double>(x[i]) - mean[j];
      scale[j] += distance * distance / count;
    });
    for (double& value : scale) value = 1 / (inside ? std::sqrt(value + eps) : std::sqrt(value) + eps);
  } else {
    std::fill(scale.begin(), scale.end(), 1.0);
  }
  ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) {
    y[i] = static_cast<T>((static_cast<double>(x[i]) - mean[j]) * scale[j]);
  });
}

}  // namespace

OpSchema MVNSchema() {
  return {.name = "MVN",
          .opset = "opset6",
          .inputs = {"data", "axes"},
          .attributes = {RequiredAttribute<bool>("normalize_variance"), RequiredAttribute<double>("eps"),
                         AttributeSchema::OneOf("eps_mode", {"inside_sqrt", "outside_sqrt"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

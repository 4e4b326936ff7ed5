// BatchNormInference: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, per channel (axis 1).
// in 0: data [N, C, ...], float type.  in 1 to 4: gamma, beta, mean, variance [C].  out 0: as data.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  op.Require(data.Rank() >= 2, "rank of data", data.Rank(), "2 or more");
  for (size_t i = 1; i < 5; ++i) {
    op.RequireSameType(0, i);
    op.Require(op.InputShape(i) == Shape{data[1]}, StrCat("shape of ", op.GetNode().Schema().inputs[i].name),
               op.InputShape(i), StrCat(Shape{data[1]}, " for data ", data));
  }
  InferFloatUnary(op);
}

template <typename T>
void Evaluate(EvalContext& op) {
  const double epsilon = op.Attr<double>("epsilon");
  const Shape& shape = op.Input(0).Shape();
  const std::vector<double> gamma = op.Input(1).ToVector<double>(), beta = op.Input(2).ToVector<double>();
  const std::vector<double> mean = op.Input(3).ToVector<double>(), variance = op.Input(4).ToVector<double>();
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  const int64_t inner = shape.NumElements(2, shape.Rank());
  for (int64_t n = 0; n < shape[0]; ++n) {
    for (size_t c = 0; c < gamma.size(); ++c) {
      const double scale = gamma[c] / std::sqrt(variance[c] + epsilon);
      for (int64_t i = 0; i < inner; ++i)
        *dst++ = static_cast<T>((static_cast<double>(*src++) - mean[c]) * scale + beta[c]);
    }
  }
}

}  // namespace

OpSchema BatchNormInferenceSchema() {
  return {.name = "BatchNormInference",
          .opset = "opset5",
          .inputs = {"data", "gamma", "beta", "mean", "variance"},
          .attributes = {RequiredAttribute<double>("epsilon")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

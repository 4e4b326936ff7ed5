// BatchNormInference(x, gamma, beta, mean, variance)  =>  layer ScaleShift
//   weights = gamma / sqrt(variance + epsilon), biases = beta - mean * weights, computed in double.
#include <cmath>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerBatchNorm final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-batch-norm"; }
  std::string_view Root() const override { return "BatchNormInference"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    std::vector<std::vector<double>> statistics;
    for (size_t i = 1; i < 5; ++i) {
      const Tensor* values = node.Input(i).Constant();
      if (!values) return Declined("a statistic is no constant");
      statistics.push_back(values->ToVector<double>());
    }
    const double epsilon = node.Attr<double>("epsilon");
    const auto channels = static_cast<int64_t>(statistics[0].size());
    Tensor weights(ElementType::kF32, Shape{channels}), biases(ElementType::kF32, Shape{channels});
    const auto w = weights.MutableValues<float>(), b = biases.MutableValues<float>();
    for (size_t c = 0; c < w.size(); ++c) {
      const double scale = statistics[0][c] / std::sqrt(statistics[3][c] + epsilon);
      w[c] = static_cast<float>(scale);
      b[c] = static_cast<float>(statistics[1][c] - statistics[2][c] * scale);
    }
    const std::string name = node.Name();
    rewriter.Replace(node, rewriter.Add("ie.ScaleShift", name,
                                        {node.Input(0), rewriter.Constant(name + "/weights", weights),
                                         rewriter.Constant(name + "/biases", biases)}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerBatchNorm() { return std::make_unique<LowerBatchNorm>(); }

}  // namespace moir::transforms

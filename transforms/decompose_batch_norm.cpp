// BatchNormInference(x, gamma, beta, mean, variance)  =>  x * s + t
// where s = gamma / sqrt(variance + epsilon) and t = beta - mean * s, per channel (axis 1), computed in f64.
// A scale of ones or a shift of zeros makes no node.
#include <cmath>

#include "graph/op_schema.h"
#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class DecomposeBatchNorm final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-batch-norm"; }
  std::string_view Root() const override { return "BatchNormInference"; }
  Outcome Run(Node& norm, Rewriter& rewriter) const override {
    std::vector<double> statistics[4];
    for (size_t i = 0; i < 4; ++i) {
      const Tensor* constant = norm.Input(i + 1).Constant();
      if (!constant) return Declined("input ", i + 1, " (", norm.Schema().inputs[i + 1].name, ") is no constant");
      statistics[i] = constant->ToVector<double>();
    }
    const auto& [gamma, beta, mean, variance] = statistics;
    const double epsilon = norm.Attr<double>("epsilon");
    std::vector<double> scale(gamma.size()), shift(gamma.size());
    for (size_t c = 0; c < gamma.size(); ++c) {
      const double root = std::sqrt(variance[c] + epsilon);
      if (!(root > 0) || !std::isfinite(root))
        return Declined("channel ", c, ": variance + epsilon is ", variance[c] + epsilon,
                        ", expected a positive number");
      scale[c] = gamma[c] / root;
      shift[c] = beta[c] - mean[c] * scale[c];
    }
    const int64_t rank = norm.Shape().Rank();
    const Affine affine{norm.Input(0), AxisConstant(scale, rank, 1), AxisConstant(shift, rank, 1)};
    if (!FitsType(*affine.scale, norm.Type()) || !FitsType(*affine.shift, norm.Type())) {
      return Declined("scale or shift is no finite number of type ", norm.Type());
    }
    const Value value = BuildAffine(rewriter, norm.Name(), affine);
    if (value == affine.data && norm.Output(0).IsGraphOutput())
      return Declined("it computes the identity of an output");
    rewriter.Replace(norm, value);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeBatchNorm() { return std::make_unique<DecomposeBatchNorm>(); }

}  // namespace moir::transforms

// LRN with a bias k that is no whole number  =>  LRN with bias 1 and alpha / k, times k^-beta: the CPU plug-in cuts the
// bias off at the point.  x / (k + a s)^b = x k^-b / (1 + (a / k) s)^b
#include <cmath>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class NormalizeLrnBias final : public NodePass {
 public:
  std::string_view Name() const override { return "normalize-lrn-bias"; }
  std::string_view Root() const override { return "LRN"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const double bias = node.Attr<double>("bias"), beta = node.Attr<double>("beta");
    if (bias == std::floor(bias)) return {};
    if (!(bias > 0)) return Declined("its bias is not positive");
    if (node.Type() != ElementType::kF32) return Declined("its data are no f32");
    Builder build(rewriter, node.Name());
    Attributes attributes = node.Attributes();
    attributes["bias"] = 1.0;
    attributes["alpha"] = node.Attr<double>("alpha") / bias;
    const Value normalized = build.Op("LRN", node.Inputs(), attributes);
    rewriter.Replace(node, build.Multiply(normalized, build.Number(std::pow(bias, -beta))));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeNormalizeLrnBias() { return std::make_unique<NormalizeLrnBias>(); }

}  // namespace moir::transforms

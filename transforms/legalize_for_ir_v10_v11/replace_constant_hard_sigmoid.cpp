// HardSigmoid with alpha 0  =>  x * alpha + beta, clamped to 0 .. 1: OpenVINO's CPU plug-in gives other numbers there.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class ReplaceConstantHardSigmoid final : public NodePass {
 public:
  std::string_view Name() const override { return "replace-constant-hard-sigmoid"; }
  std::string_view Root() const override { return "HardSigmoid"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Tensor* alpha = node.Input(1).Constant();
    if (!alpha || alpha->ToVector<double>().at(0) != 0) return {};
    Builder build(rewriter, node.Name());
    const Value line = build.Add(build.Multiply(node.Input(0), build.Reshape(node.Input(1), Shape{})),
                                 build.Reshape(node.Input(2), Shape{}));
    rewriter.Replace(node, build.Op("Clamp", {line}, {{"min", 0.0}, {"max", 1.0}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeReplaceConstantHardSigmoid() { return std::make_unique<ReplaceConstantHardSigmoid>(); }

}  // namespace moir::transforms

// Convolution - ReLU - ScaleShift - PReLU, each the only reader of the one before  =>  an identity layer behind the
// ReLU The 2018 engine fuses the chain and finds no primitive for it.
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class BreakPReLUChains final : public NodePass {
 public:
  std::string_view Name() const override { return "break-prelu-chains"; }
  std::string_view Root() const override { return "ie.PReLU"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Value shifted = node.Input(0);
    const Node* scale_shift = shifted.Producer("ie.ScaleShift");
    if (!scale_shift || !shifted.HasOneReader()) return {};
    const Value active = scale_shift->Input(0);
    const Node* relu = active.Producer("ie.ReLU");
    if (!relu || !active.HasOneReader()) return {};
    const Value convolved = relu->Input(0);
    if (!convolved.Producer("ie.Convolution") || !convolved.HasOneReader()) return {};
    const Value identity = PowerLayer(rewriter, relu->Name() + "/identity", active, 1, 1, 0);
    rewriter.GetGraph().SetInput(shifted.node, 0, identity);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeBreakPReLUChains() { return std::make_unique<BreakPReLUChains>(); }

}  // namespace moir::transforms

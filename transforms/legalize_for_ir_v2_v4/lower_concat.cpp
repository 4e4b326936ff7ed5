// Concat  =>  layer Concat
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerConcat final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-concat"; }
  std::string_view Root() const override { return "Concat"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    rewriter.Replace(node, rewriter.Add("ie.Concat", node.Name(), node.Inputs(),
                                        {{"axis", node.Shape().NormalizeAxis(node.Attr<int64_t>("axis"))}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerConcat() { return std::make_unique<LowerConcat>(); }

}  // namespace moir::transforms

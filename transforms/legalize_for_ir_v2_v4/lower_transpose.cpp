// Transpose  =>  layer Permute
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerTranspose final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-transpose"; }
  std::string_view Root() const override { return "Transpose"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const std::optional<std::vector<int64_t>> given = ConstantIndices(node, 1);
    if (!given) return Declined("its order is no constant");
    std::vector<int64_t> order = *given;
    const int64_t rank = node.Shape().Rank();
    // No order at all: the axes the other way round.
    for (int64_t axis = rank; given->empty() && axis-- > 0;) order.push_back(axis);
    for (int64_t& axis : order) axis = node.Shape().NormalizeAxis(axis);
    rewriter.Replace(node, rewriter.Add("ie.Permute", node.Name(), {node.Input(0)}, {{"order", order}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerTranspose() { return std::make_unique<LowerTranspose>(); }

}  // namespace moir::transforms

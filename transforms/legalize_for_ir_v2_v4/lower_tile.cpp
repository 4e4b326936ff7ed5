// Tile       =>  one layer Tile per axis
// Broadcast  =>  layers Reshape and Tile
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerTile final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-tile"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!node.Is("Tile") && !node.Is("Broadcast")) return {};
    if (!IsF32(node.Input(0))) return Declined("its data is not f32");
    if (node.Shape().NumElements() == 0 || node.Shape().Rank() == 0) return Declined("its result is empty or a scalar");
    const std::string name = node.Name();
    if (node.Is("Broadcast")) {
      rewriter.Replace(node, BroadcastTo(rewriter, name, node.Input(0), node.Shape()));
      return Changed();
    }
    std::optional<std::vector<int64_t>> repeats = ConstantIndices(node, 1);
    if (!repeats) return Declined("its repeats are no constant");
    const Shape out = node.Shape();
    repeats->insert(repeats->begin(), static_cast<size_t>(out.Rank()) - repeats->size(), 1);
    std::vector<int64_t> dims(static_cast<size_t>(out.Rank() - node.Input(0).Shape().Rank()), 1);
    dims.insert(dims.end(), node.Input(0).Shape().begin(), node.Input(0).Shape().end());
    // The old Tile has no data of one or three axes.
    const size_t missing = out.Rank() == 1 || out.Rank() == 3 ? static_cast<size_t>(4 - out.Rank()) : 0;
    dims.insert(dims.begin(), missing, 1);
    repeats->insert(repeats->begin(), missing, 1);
    Value x = ReshapeTo(rewriter, name + "/shape", node.Input(0), Shape(dims));
    for (size_t axis = repeats->size(); axis-- > 0;) {
      if ((*repeats)[axis] != 1)
        x = rewriter.Add("ie.Tile", name, {x}, {{"axis", static_cast<int64_t>(axis)}, {"tiles", (*repeats)[axis]}});
    }
    rewriter.Replace(node, ReshapeTo(rewriter, name + "/out", x, out));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerTile() { return std::make_unique<LowerTile>(); }

}  // namespace moir::transforms

// Tile with more or fewer repeats than the data has axes  =>  Tile with as many: the CPU plug-in of OpenVINO 2021 fails
// on others.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class AlignTileRanks final : public NodePass {
 public:
  std::string_view Name() const override { return "align-tile-ranks"; }
  std::string_view Root() const override { return "Tile"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Shape data = node.Input(0).Shape();
    const Tensor* constant = node.Input(1).Constant();
    if (!constant) return Declined("its repeats are no constant");
    std::vector<int64_t> repeats = constant->ToVector<int64_t>(), sizes = data.Dims();
    if (repeats.size() == sizes.size()) return {};
    const size_t rank = std::max(repeats.size(), sizes.size());
    repeats.insert(repeats.begin(), rank - repeats.size(), 1);
    sizes.insert(sizes.begin(), rank - sizes.size(), 1);
    Builder build(rewriter, node.Name());
    rewriter.Replace(node, build.Op("Tile", {build.Reshape(node.Input(0), Shape(sizes)), build.Indices(repeats)}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeAlignTileRanks() { return std::make_unique<AlignTileRanks>(); }

}  // namespace moir::transforms

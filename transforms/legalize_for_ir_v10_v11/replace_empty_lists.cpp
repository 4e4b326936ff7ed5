// Tile, Slice, Broadcast that change nothing because their lists are empty  =>  Reshape to the same shape. Readers do
// not take constants without bytes.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class ReplaceEmptyLists final : public NodePass {
 public:
  std::string_view Name() const override { return "replace-empty-lists"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!node.Is("Tile") && !node.Is("Slice") && !node.Is("Broadcast")) return {};
    const Tensor* list = node.Input(1).Constant();
    if (!list || list->NumElements() > 0) return {};
    if (node.Input(0).Shape() != node.Shape()) return Declined("it changes the shape");
    Builder build(rewriter, node.Name());
    rewriter.Replace(node, build.Op("Reshape", {node.Input(0), build.Indices(node.Shape().Dims())}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeReplaceEmptyLists() { return std::make_unique<ReplaceEmptyLists>(); }

}  // namespace moir::transforms

// Split, VariadicSplit  =>  layer Split
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerSplit final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-split"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!node.Is("Split") && !node.Is("VariadicSplit")) return {};
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const std::optional<std::vector<int64_t>> axis_input = ConstantIndices(node, 1);
    if (!axis_input) return Declined("its axis is no constant");
    const int64_t axis = node.Input(0).Shape().NormalizeAxis((*axis_input)[0]);
    std::vector<int64_t> sizes;
    for (size_t i = 0; i < node.OutputCount(); ++i) {
      sizes.push_back(node.Shape(i)[axis]);
      if (sizes.back() == 0) return Declined("a piece is empty");
    }
    const std::string name = node.Name();
    Node* layer = rewriter.AddNode("ie.Split", name, {node.Input(0)}, {{"axis", axis}, {"out_sizes", sizes}});
    for (size_t i = 0; i < sizes.size(); ++i) rewriter.ReplaceValue(node.Output(i), layer->Output(i));
    rewriter.RemoveUnread(&node);
    rewriter.GetGraph().Rename(layer, name);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerSplit() { return std::make_unique<LowerSplit>(); }

}  // namespace moir::transforms

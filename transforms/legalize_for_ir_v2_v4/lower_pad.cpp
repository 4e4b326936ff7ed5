// Pad  =>  layer Pad
#include <cmath>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerPad final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-pad"; }
  std::string_view Root() const override { return "Pad"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const std::optional<std::vector<int64_t>> begin = ConstantIndices(node, 1), end = ConstantIndices(node, 2);
    if (!begin || !end) return Declined("its sizes are no constants");
    double value = 0;
    if (node.InputCount() > 3) {
      const std::optional<double> given = SingleValue(node.Input(3));
      if (!given || !std::isfinite(*given)) return Declined("its value is not one constant number");
      value = *given;
    }
    rewriter.Replace(node, rewriter.Add("ie.Pad", node.Name(), {node.Input(0)},
                                        {{"pads_begin", *begin},
                                         {"pads_end", *end},
                                         {"pad_mode", node.Attr<std::string>("pad_mode")},
                                         {"pad_value", value}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerPad() { return std::make_unique<LowerPad>(); }

}  // namespace moir::transforms

// ROIPooling whose spatial_scale is no power of two  =>  corners scaled and rounded beforehand, then ROIPooling with
// scale 1: products that lie half way between two elements are rounded otherwise inside the CPU plug-in.
#include <cmath>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class RoundRegions final : public NodePass {
 public:
  std::string_view Name() const override { return "round-regions"; }
  std::string_view Root() const override { return "ROIPooling"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const double scale = node.Attr<double>("spatial_scale");
    int exponent = 0;
    if (std::frexp(scale, &exponent) == 0.5) return {};
    if (node.Type() != ElementType::kF32) return Declined("its data are no f32");
    Builder build(rewriter, node.Name());
    const Value rois = node.Input(1);
    const Value scaled = build.Multiply(build.Slice(rois, 1, 1, 5), build.Number(scale));
    const Value corners = build.Op("Round", {scaled}, {{"mode", std::string("half_away_from_zero")}});
    Attributes attributes = node.Attributes();
    attributes["spatial_scale"] = 1.0;
    const Value rounded = build.Concat({build.Slice(rois, 1, 0, 1), corners}, 1);
    rewriter.Replace(node, build.Op("ROIPooling", {node.Input(0), rounded}, attributes));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeRoundRegions() { return std::make_unique<RoundRegions>(); }

}  // namespace moir::transforms

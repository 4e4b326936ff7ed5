// ROIAlign of regions whose pictures may not exist  =>  ROIAlign of pictures that do, and zeros for the other regions.
// OpenVINO stops at the first region of picture -1, and refuses lists that start with one; networks with feature
// pyramids mark regions of other levels that way.
#include <algorithm>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class SelectExistingRegions final : public NodePass {
 public:
  std::string_view Name() const override { return "select-existing-regions"; }
  std::string_view Root() const override { return "ROIAlign"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Value indices = node.Input(2);
    const int64_t pictures = node.Input(0).Shape()[0], regions = node.Shape()[0];
    if (const Tensor* constant = indices.Constant()) {
      const std::vector<int64_t> values = constant->ToVector<int64_t>();
      if (std::all_of(values.begin(), values.end(), [&](int64_t i) { return i >= 0 && i < pictures; })) return {};
    }
    // What this pass has made.
    if (indices.node->Is("Convert") && indices.node->Input(0).node->Is("Clamp")) return {};
    Builder build(rewriter, node.Name());
    const Value floats = build.ToFloat(indices);
    const auto last = static_cast<double>(pictures - 1);
    const Value exists = build.And(build.Op("GreaterEqual", {floats, build.Number(0)}),
                                   build.Op("LessEqual", {floats, build.Number(last)}));
    const Value clamped = build.Convert(build.Op("Clamp", {floats}, {{"min", 0.0}, {"max", last}}), indices.Type());
    const Value aligned = build.Op("ROIAlign", {node.Input(0), node.Input(1), clamped}, node.Attributes());
    rewriter.Replace(node, build.Select(build.Reshape(exists, Shape{regions, 1, 1, 1}), aligned,
                                        build.Convert(build.Number(0), node.Type())));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeSelectExistingRegions() { return std::make_unique<SelectExistingRegions>(); }

}  // namespace moir::transforms

// ROIAlign and ROIPooling of regions whose pictures may not exist  =>  the same of pictures that do, and zeros for the
// other regions. OpenVINO stops at the first region of picture -1, and refuses lists for ROIAlign that start with one;
// networks with feature pyramids mark regions of other levels that way.
#include <algorithm>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class SelectExistingRegions final : public NodePass {
 public:
  std::string_view Name() const override { return "select-existing-regions"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Is("ROIAlign")) return Align(node, rewriter);
    if (node.Is("ROIPooling")) return Pool(node, rewriter);
    return {};
  }

 private:
  static Outcome Align(Node& node, Rewriter& rewriter) {
    const Value indices = node.Input(2);
    const int64_t pictures = node.Input(0).Shape()[0];
    if (const Tensor* constant = indices.Constant()) {
      const std::vector<int64_t> values = constant->ToVector<int64_t>();
      if (std::all_of(values.begin(), values.end(), [&](int64_t i) { return i >= 0 && i < pictures; })) return {};
    }
    // What this pass has made.
    if (indices.node->Is("Convert") && indices.node->Input(0).node->Is("Clamp")) return {};
    Builder build(rewriter, node.Name());
    const Value floats = build.ToFloat(indices);
    const Value clamped = build.Convert(Clamped(build, floats, pictures), indices.Type());
    const Value aligned = build.Op("ROIAlign", {node.Input(0), node.Input(1), clamped}, node.Attributes());
    return Replace(node, rewriter, build, floats, aligned);
  }

  static Outcome Pool(Node& node, Rewriter& rewriter) {
    const Value rois = node.Input(1);
    const int64_t pictures = node.Input(0).Shape()[0];
    if (const Tensor* constant = rois.Constant()) {
      const std::vector<float> values = constant->ToVector<float>();
      bool exist = true;
      for (size_t i = 0; i < values.size(); i += 5)
        exist = exist && values[i] >= 0 && values[i] < static_cast<float>(pictures);
      if (exist) return {};
    }
    // What this pass has made.
    if (rois.node->Is("Concat") && rois.node->Input(0).node->Is("Clamp")) return {};
    Builder build(rewriter, node.Name());
    const Value column = build.Slice(rois, 1, 0, 1);
    const Value existing = build.Concat({Clamped(build, column, pictures), build.Slice(rois, 1, 1, 5)}, 1);
    const Value pooled = build.Op("ROIPooling", {node.Input(0), existing}, node.Attributes());
    return Replace(node, rewriter, build, column, pooled);
  }

  static Value Clamped(Builder& build, Value pictures, int64_t count) {
    return build.Op("Clamp", {pictures}, {{"min", 0.0}, {"max", static_cast<double>(count - 1)}});
  }

  // Zero instead of `result` for pictures that do not exist; numbers of pictures are cut off to whole ones.
  static Outcome Replace(Node& node, Rewriter& rewriter, Builder& build, Value pictures, Value result) {
    const auto number = [&](double value) { return build.Convert(build.Number(value), pictures.Type()); };
    const Value exists = build.And(build.Op("Greater", {pictures, number(-1)}),
                                   build.Op("Less", {pictures, number(static_cast<double>(node.Input(0).Shape()[0]))}));
    rewriter.Replace(node, build.Select(build.Reshape(exists, Shape{node.Shape()[0], 1, 1, 1}), result,
                                        build.Convert(build.Number(0), node.Type())));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeSelectExistingRegions() { return std::make_unique<SelectExistingRegions>(); }

}  // namespace moir::transforms

// PSROIAlign  =>  ROIAlign of all channels, of which every cell then takes its own. OpenVINO's PSROIPooling samples
// otherwise.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposePsRoiAlign final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-ps-roi-align"; }
  std::string_view Root() const override { return "PSROIAlign"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Type() == ElementType::kF64) return Declined("its data are f64");
    const Shape shape = node.Shape();
    if (shape.NumElements() == 0) return Declined("it has no regions");
    Builder build(rewriter, node.Name());
    const Value rois = node.Input(1);
    const Value pictures = build.Convert(build.Reshape(build.Slice(rois, 1, 0, 1), Shape{shape[0]}), ElementType::kI32);
    Attributes attributes;
    for (const char* name : {"pooled_h", "pooled_w", "sampling_ratio"}) attributes[name] = node.Attr<int64_t>(name);
    attributes["spatial_scale"] = node.Attr<double>("spatial_scale");
    attributes["mode"] = std::string("avg");
    attributes["aligned_mode"] = std::string(node.Attr<bool>("aligned") ? "half_pixel_for_nn" : "asymmetric");
    const Value all = build.Op("ROIAlign", {node.Input(0), build.Slice(rois, 1, 1, 5), pictures}, attributes);
    // Channel o * cells + cell, of which only the cell of that number counts.
    const int64_t cells = shape[2] * shape[3];
    std::vector<int64_t> own;
    for (int64_t cell = 0; cell < cells; ++cell) own.push_back(cell * (cells + 1));
    const Value table = build.Reshape(all, Shape{shape[0], shape[1], cells * cells});
    const Value picked = build.Op("Gather", {table, build.Indices(own), build.Constant(Tensor::Scalar<int64_t>(2))});
    rewriter.Replace(node, build.Reshape(picked, shape));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposePsRoiAlign() { return std::make_unique<DecomposePsRoiAlign>(); }

}  // namespace moir::transforms

// Interpolate over the last two of four axes
//   nearest, a whole factor, the pixel itself repeated  =>  layer Resample NEAREST
//   linear_onnx with aligned corners                    =>  layer Interp
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerInterpolate final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-interpolate"; }
  std::string_view Root() const override { return "Interpolate"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!IsF32(node.Input(0))) return Declined("its data is not f32");
    const Shape& data = node.Input(0).Shape();
    const Shape& out = node.Shape();
    if (data.Rank() != 4 || out[0] != data[0] || out[1] != data[1])
      return Declined("it does not resize the last two of four axes");
    if (!AllAre(node.Attr<std::vector<int64_t>>("pads_begin"), 0) ||
        !AllAre(node.Attr<std::vector<int64_t>>("pads_end"), 0))
      return Declined("it pads");
    const auto& mode = node.Attr<std::string>("mode");
    const auto& coordinates = node.Attr<std::string>("coordinate_transformation_mode");
    const auto& nearest = node.Attr<std::string>("nearest_mode");
    if (mode == "linear_onnx" && coordinates == "align_corners") {
      rewriter.Replace(
          node,
          rewriter.Add("ie.Interp", node.Name(), {node.Input(0)},
                       {{"height", out[2]}, {"width", out[3]}, {"pad_beg", int64_t{0}}, {"pad_end", int64_t{0}}}));
      return Changed();
    }
    if (mode != "nearest") return Declined("mode ", mode, " with ", coordinates, " has no layer");
    // Scales given as numbers may differ from the ratio of the sizes.
    if (node.Attr<std::string>("shape_calculation_mode") == "scales") {
      const Tensor* scales = node.Input(2).Constant();
      if (!scales) return Declined("its scales are no constant");
      for (const double scale : scales->ToVector<double>()) {
        if (scale != static_cast<double>(out[2] / data[2]))
          return Declined("its scales are not the ratio of the sizes");
      }
    }
    if (out[2] % data[2] != 0 || out[3] % data[3] != 0 || out[2] / data[2] != out[3] / data[3])
      return Declined("it has no single whole factor");
    const bool repeats = (coordinates == "asymmetric" && nearest == "floor") ||
                         (coordinates == "half_pixel" && nearest.rfind("round_prefer_", 0) == 0);
    if (!repeats) return Declined("nearest pixel by ", coordinates, " and ", nearest, " does not repeat the pixels");
    rewriter.Replace(node, rewriter.Add("ie.Resample", node.Name(), {node.Input(0)},
                                        {{"factor", static_cast<double>(out[2] / data[2])},
                                         {"type", std::string("caffe.ResampleParameter.NEAREST")},
                                         {"antialias", int64_t{0}}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerInterpolate() { return std::make_unique<LowerInterpolate>(); }

}  // namespace moir::transforms

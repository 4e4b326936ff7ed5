// DeformableConvolution of opset8 (with a mask, or with data that are zero outside)  =>  that of opset1, for IR v10.
//
// Data that are zero outside become data with a frame of zeros, one element wide: opset1 gives zero to taps outside the
// framed data and interpolates between the frame and the data inside. With a mask the taps are taken by a convolution
// with one filter per channel and tap, which holds a single one; they are multiplied by the mask, and a convolution of
// 1 x 1 sums them up.
#include "graph/ops/window.h"
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// [channels * taps, 1, KH, KW]: filter c * taps + t takes tap t of its channel.
Tensor TapFilters(int64_t channels, int64_t kernel_h, int64_t kernel_w) {
  const int64_t taps = kernel_h * kernel_w;
  std::vector<float> values(static_cast<size_t>(channels * taps * taps), 0.0f);
  for (int64_t i = 0; i < channels * taps; ++i) values[static_cast<size_t>(i * taps + i % taps)] = 1.0f;
  return Tensor::FromValues<float>(Shape{channels * taps, 1, kernel_h, kernel_w}, values);
}

class DecomposeDeformableConvolution final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-deformable-convolution"; }
  std::string_view Root() const override { return "DeformableConvolution"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool framed = node.Attr<bool>("bilinear_interpolation_pad"), masked = node.InputCount() > 3;
    if (!framed && !masked) return {};
    if (node.Type() != ElementType::kF32) return Declined("its data are no f32");
    const Shape data = node.Input(0).Shape(), filters = node.Input(2).Shape(), result = node.Shape();
    const Window window = MakeWindow(node, data, {filters[2], filters[3]});
    std::vector<int64_t> strides, pads_begin, pads_end, dilations;
    for (size_t k = 1; k < Window::kMaxRank; ++k) {
      strides.push_back(window.strides[k]);
      pads_begin.push_back(window.pads_begin[k] - (framed ? 1 : 0));
      pads_end.push_back(window.pads_end[k] - (framed ? 1 : 0));
      dilations.push_back(window.dilations[k]);
      if (pads_begin.back() < 0 || pads_end.back() < 0)
        return Declined("it has no padding that the frame could be part of");
    }
    Builder build(rewriter, node.Name());
    Value src = node.Input(0);
    if (framed) {
      src = build.Op("Pad", {src, build.Indices({0, 0, 1, 1}), build.Indices({0, 0, 1, 1}), build.Number(0)},
                     {{"pad_mode", std::string("constant")}});
    }
    Attributes attributes = {{"strides", strides},
                             {"pads_begin", pads_begin},
                             {"pads_end", pads_end},
                             {"dilations", dilations},
                             {"deformable_group", node.AttrValue("deformable_group")}};
    const int64_t group = node.Attr<int64_t>("group");
    if (!masked) {
      attributes["group"] = group;
      rewriter.Replace(node, build.Op("DeformableConvolution", {src, node.Input(1), node.Input(2)}, attributes));
      return Changed();
    }
    attributes["group"] = data[1];
    const int64_t taps = filters[2] * filters[3], plane = result[2] * result[3];
    const int64_t deformable = node.Attr<int64_t>("deformable_group");
    const Value columns =
        build.Op("DeformableConvolution",
                 {src, node.Input(1), build.Constant(TapFilters(data[1], filters[2], filters[3]))}, attributes);
    const Value parts = build.Reshape(columns, Shape{data[0], deformable, data[1] / deformable, taps * plane});
    const Value mask = build.Reshape(node.Input(3), Shape{data[0], deformable, 1, taps * plane});
    const Value taken = build.Reshape(build.Multiply(parts, mask), columns.Shape());
    const int64_t rows = filters[1] * taps;
    const Attributes once = {{"strides", std::vector<int64_t>{1, 1}}};
    if (group == 1) {
      const Value weights = build.Reshape(node.Input(2), Shape{filters[0], rows, 1, 1});
      rewriter.Replace(node, build.Op("Convolution", {taken, weights}, once));
    } else {
      const Value weights = build.Reshape(node.Input(2), Shape{group, filters[0] / group, rows, 1, 1});
      rewriter.Replace(node, build.Op("GroupConvolution", {taken, weights}, once));
    }
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeDeformableConvolution() {
  return std::make_unique<DecomposeDeformableConvolution>();
}

}  // namespace moir::transforms

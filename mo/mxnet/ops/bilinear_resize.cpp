// BilinearResize2D of [N, C, H, W] to a size that is given (mode size), a multiple (scale_height, scale_width,
// odd_scale), another value's (like) or the nearest even or odd one. With align_corners, MXNet's default, the outermost
// elements keep their places.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

constexpr int64_t kLargest = 32767;  // MXNet holds sizes in 16 bits

// As MXNet: a product of floats, cut.
int64_t Multiple(int64_t size, double scale) {
  return ConvertElement<int32_t, float>(static_cast<float>(scale) * static_cast<float>(size));
}

std::vector<int64_t> ResizedShape(NodeConverter& node, const std::vector<int64_t>& in) {
  const auto& attrs = node.Attrs();
  const std::string mode = attrs.OneOf(
      "mode", "size", {"size", "odd_scale", "like", "to_even_down", "to_even_up", "to_odd_down", "to_odd_up"});
  const std::vector<int64_t> given = {attrs.Int("height", 1), attrs.Int("width", 1)};
  const std::optional<double> scales[] = {attrs.OptionalDouble("scale_height"), attrs.OptionalDouble("scale_width")};
  if (given[0] < 1) attrs.Refuse("height", "a positive number");
  if (given[1] < 1) attrs.Refuse("width", "a positive number");
  std::vector<int64_t> out = given;
  if (mode == "like") {
    const Shape& like = node.Input(1).Shape();
    node.Require(like.Rank() == 4, "input 1 of shape ", like, ": expected [N,C,H,W]");
    return {like[2], like[3]};
  }
  if (mode == "odd_scale" || (mode == "size" && scales[0])) {
    // scale_width alone is not read, and scale_height alone refused, by MXNet.
    if (!scales[0]) attrs.Refuse("scale_height", "a number");
    if (!scales[1]) attrs.Refuse("scale_width", "a number");
    for (size_t i = 0; i < 2; ++i) {
      const bool from_odd = mode == "odd_scale" && in[i] % 2 == 1;
      out[i] = from_odd ? Multiple(in[i] - 1, *scales[i]) + 1 : Multiple(in[i], *scales[i]);
    }
  } else if (mode != "size") {
    const int64_t wanted = mode.rfind("to_even", 0) == 0 ? 0 : 1;
    const int64_t step = mode.substr(mode.size() - 3) == "_up" ? 1 : -1;
    for (size_t i = 0; i < 2; ++i) out[i] = in[i] % 2 == wanted ? in[i] : in[i] + step;
  }
  return out;
}

}  // namespace

void ConvertBilinearResize(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  node.RequireInputs(attrs.String("mode", "size") == "like" ? 2 : 1);
  const bool align = attrs.Bool("align_corners", true);
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 4, "data of shape ", data.Shape(), ": expected [N,C,H,W]");
  const std::vector<int64_t> in = {data.Shape()[2], data.Shape()[3]}, out = ResizedShape(node, in);
  node.Require(out[0] >= 1 && out[1] >= 1 && out[0] <= kLargest && out[1] <= kLargest, "resized to ", out[0], " x ",
               out[1], ", expected sizes from 1 to ", kLargest);
  if (in == out) {
    node.Output(data);
    return;
  }
  const auto scale = [&](size_t i) { return static_cast<float>(out[i]) / static_cast<float>(in[i]); };
  node.Output(node.Add("Interpolate",
                       {data, node.Indices(out, "sizes"),
                        node.Constant(Tensor::FromValues<float>(Shape{2}, {scale(0), scale(1)}), "scales"),
                        node.Indices({2, 3}, "axes")},
                       {{"mode", "linear_onnx"},
                        {"shape_calculation_mode", "sizes"},
                        {"coordinate_transformation_mode", align ? "align_corners" : "pytorch_half_pixel"}}));
}

}  // namespace moir::mo

// Convolutions of two spatial axes whose taps are taken at offsets.
// in 0: data [N, C, H, W].  in 1: offset.  [modulated: in 2: mask.]  then weight [O, C / num_group, KH, KW] and, unless
// no_bias, bias [O].
// Modulated taps see zeros around the data; the others see the last row and column go on and are zero elsewhere.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertDeformableConvolution(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const bool modulated = node.Op() == "_contrib_ModulatedDeformableConvolution";
  const std::vector<int64_t> kernel = attrs.Ints("kernel");
  if (kernel.size() != 2) attrs.Refuse("kernel", "two sizes");
  const std::vector<int64_t> stride = attrs.Ints("stride", {1, 1}, 2), dilate = attrs.Ints("dilate", {1, 1}, 2),
                             pad = attrs.Ints("pad", {0, 0}, 2);
  const int64_t filters = attrs.Int("num_filter"), groups = attrs.Int("num_group", 1),
                deformable_groups = attrs.Int("num_deformable_group", 1);
  const bool no_bias = attrs.Bool("no_bias", false);
  if (!attrs.IsNone("layout") && attrs.String("layout") != "NCHW") attrs.Refuse("layout", "NCHW");
  const size_t weight_input = modulated ? 3 : 2;
  node.RequireInputs(weight_input + (no_bias ? 1 : 2));
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 4, "data of shape ", data.Shape(), ": expected [N,C,H,W]");
  const int64_t batch = data.Shape()[0], channels = data.Shape()[1];
  if (groups < 1 || channels % groups != 0)
    attrs.Refuse("num_group", StrCat("a divisor of the ", channels, " channels of the data"));
  if (filters < 1 || filters % groups != 0) attrs.Refuse("num_filter", StrCat("a positive multiple of ", groups));
  if (deformable_groups < 1 || channels % deformable_groups != 0)
    attrs.Refuse("num_deformable_group", StrCat("a divisor of the ", channels, " channels of the data"));
  if (modulated) {
    if (filters % deformable_groups != 0)
      attrs.Refuse("num_deformable_group", StrCat("a divisor of num_filter ", filters));
    const int64_t step = attrs.Int("im2col_step", 64);
    if (step < 1 || (batch > step && batch % step != 0))
      attrs.Refuse("im2col_step", StrCat("a divisor of the batch ", batch, " or no less than it"));
  }
  std::vector<Value> inputs = {
      data, node.Input(1), node.Weight(weight_input, {filters, channels / groups, kernel[0], kernel[1]}, data.Type())};
  if (modulated) inputs.push_back(node.Input(2));
  Value y = node.Add("DeformableConvolution", inputs,
                     {{"strides", stride},
                      {"dilations", dilate},
                      {"pads_begin", pad},
                      {"pads_end", pad},
                      {"group", groups},
                      {"deformable_group", deformable_groups},
                      {"bilinear_interpolation_pad", modulated}});
  if (!no_bias) {
    const Value bias = node.Weight(weight_input + 1, {filters}, data.Type());
    y = node.Add("Add", {y, ReshapeWeight(node, bias, ChannelShape(filters, 4), "bias")}, {}, "biased");
  }
  node.Output(y);
}

}  // namespace moir::mo

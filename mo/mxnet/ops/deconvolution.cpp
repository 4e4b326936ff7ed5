// Deconvolution: the transposed convolution over 1 to 3 spatial axes; no_bias is true by default.
//   out = stride * (in - 1) + dilate * (kernel - 1) + 1 - 2 * pad + adj
// target_shape states the output's spatial sizes instead of pad and adj: what is too much is cut, the odd one at the
// front. in 0: data [N, C, D..].  in 1: weight [C, O/G, K..].  in 2: bias [O].
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertDeconvolution(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::vector<int64_t> kernel = attrs.Ints("kernel");
  const size_t spatial = kernel.size();
  if (spatial < 1 || spatial > 3) attrs.Refuse("kernel", "one to three sizes");
  const std::vector<int64_t> ones(spatial, 1), zeros(spatial, 0);
  const std::vector<int64_t> stride = attrs.Ints("stride", ones, spatial), dilate = attrs.Ints("dilate", ones, spatial);
  std::vector<int64_t> pad = attrs.Ints("pad", zeros, spatial), adj = attrs.Ints("adj", zeros, spatial);
  const std::vector<int64_t> target = attrs.Ints("target_shape", zeros, spatial);
  const int64_t filters = attrs.Int("num_filter"), groups = attrs.Int("num_group", 1);
  const bool no_bias = attrs.Bool("no_bias", true);
  if (ChannelsLast(node, spatial))
    node.Unsupported("attribute layout: channels last, which MXNet itself does not run on CPUs");
  node.RequireInputs(no_bias ? 2 : 3);

  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank(), channels = rank > 1 ? data.Shape()[1] : 0;
  node.Require(rank == static_cast<int64_t>(spatial) + 2, "data of shape ", data.Shape(), ": expected ", spatial + 2,
               " axes for a kernel of ", spatial);
  if (filters < 1 || groups < 1 || filters % groups != 0)
    attrs.Refuse("num_filter", StrCat("a positive multiple of num_group ", groups));
  node.Require(channels % groups == 0, "attribute num_group: got ", groups, ", expected a divisor of the ", channels,
               " channels of the data");
  if (std::any_of(target.begin(), target.end(), [](int64_t size) { return size != 0; })) {
    for (size_t i = 0; i < spatial; ++i) {
      const int64_t surplus =
          stride[i] * (data.Shape()[static_cast<int64_t>(i) + 2] - 1) + dilate[i] * (kernel[i] - 1) + 1 - target[i];
      if (surplus < 0) attrs.Refuse("target_shape", StrCat("at most ", surplus + target[i], " on spatial axis ", i));
      adj[i] = surplus % 2;
      pad[i] = (surplus + 1) / 2;
    }
  }
  std::vector<int64_t> dims = {channels, filters / groups};
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  Value weight = node.Weight(1, Shape(dims), data.Type());
  if (groups > 1) {
    std::vector<int64_t> grouped = {groups, channels / groups, filters / groups};
    grouped.insert(grouped.end(), kernel.begin(), kernel.end());
    weight = ReshapeWeight(node, weight, Shape(grouped), "grouped_weight");
  }
  Value y = node.Add(
      groups > 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData", {data, weight},
      {{"strides", stride}, {"dilations", dilate}, {"pads_begin", pad}, {"pads_end", pad}, {"output_padding", adj}},
      "deconvolution");
  if (!no_bias)
    y = node.Add("Add",
                 {y, ReshapeWeight(node, node.Weight(2, {filters}, data.Type()), ChannelShape(filters, rank), "bias")},
                 {}, "biased");
  node.Output(y);
}

}  // namespace moir::mo

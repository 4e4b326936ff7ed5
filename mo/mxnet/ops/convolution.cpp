// Convolution over 1 to 3 spatial axes, in groups, with a bias per output channel unless no_bias.
// in 0: data [N, C, D..].  in 1: weight [O, C/G, K..].  in 2: bias [O].
// Layouts with the channels last have weights [O, K.., C/G]; data and weights are transposed.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertConvolution(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::vector<int64_t> kernel = attrs.Ints("kernel");
  const size_t spatial = kernel.size();
  if (spatial < 1 || spatial > 3) attrs.Refuse("kernel", "one to three sizes");
  const std::vector<int64_t> ones(spatial, 1), zeros(spatial, 0);
  const std::vector<int64_t> stride = attrs.Ints("stride", ones, spatial), dilate = attrs.Ints("dilate", ones, spatial);
  const std::vector<int64_t> pad = attrs.Ints("pad", zeros, spatial);
  const int64_t filters = attrs.Int("num_filter"), groups = attrs.Int("num_group", 1);
  const bool no_bias = attrs.Bool("no_bias", false);
  const bool channels_last = ChannelsLast(node, spatial);
  node.RequireInputs(no_bias ? 2 : 3);

  Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  node.Require(rank == static_cast<int64_t>(spatial) + 2, "data of shape ", data.Shape(), ": expected ", spatial + 2,
               " axes for a kernel of ", spatial);
  if (channels_last) data = node.Transpose(data, ChannelsFirstOrder(rank), "channels_first");
  const int64_t channels = data.Shape()[1];
  if (filters < 1 || groups < 1 || filters % groups != 0)
    attrs.Refuse("num_filter", StrCat("a positive multiple of num_group ", groups));
  node.Require(channels % groups == 0, "attribute num_group: got ", groups, ", expected a divisor of the ", channels,
               " channels of the data");
  std::vector<int64_t> dims = {filters};
  if (!channels_last) dims.push_back(channels / groups);
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  if (channels_last) dims.push_back(channels / groups);
  Value weight = node.Weight(1, Shape(dims), data.Type());
  if (channels_last) weight = node.Transpose(weight, ChannelsFirstOrder(rank), "weight");

  const graph::Attributes attributes = {
      {"strides", stride}, {"dilations", dilate}, {"pads_begin", pad}, {"pads_end", pad}};
  Value y;
  if (groups == 1) {
    y = node.Add("Convolution", {data, weight}, attributes);
  } else {
    std::vector<int64_t> grouped = {groups, filters / groups, channels / groups};
    grouped.insert(grouped.end(), kernel.begin(), kernel.end());
    y = node.Add("GroupConvolution", {data, ReshapeWeight(node, weight, Shape(grouped), "grouped_weight")}, attributes);
  }
  if (!no_bias)
    y = node.Add("Add",
                 {y, ReshapeWeight(node, node.Weight(2, {filters}, data.Type()), ChannelShape(filters, rank), "bias")},
                 {}, "biased");
  node.Output(channels_last ? node.Transpose(y, ChannelsLastOrder(rank), "channels_last") : y);
}

}  // namespace moir::mo

// InstanceNorm, LayerNorm, LRN, L2Normalization.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

// x / sqrt(sum of x^2 + eps): over all axes but the first (mode instance, the default), over axis 1 (channel) or over
// the axes from 2 (spatial).
void ConvertL2Normalization(NodeConverter& node) {
  node.RequireInputs(1);
  const double eps = node.Attrs().Double("eps", 1e-10);
  const std::string mode = node.Attrs().OneOf("mode", "instance", {"channel", "instance", "spatial"});
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  node.Require(rank >= (mode == "instance" ? 2 : 3), "data of shape ", data.Shape(), ": too few axes for mode ", mode);
  const std::vector<int64_t> axes =
      mode == "channel" ? std::vector<int64_t>{1} : AxisRange(mode == "spatial" ? 2 : 1, rank);
  node.Output(node.Add("NormalizeL2", {data, node.Indices(axes, "axes")}, {{"eps", eps}, {"eps_mode", "add"}}));
}

// Every channel of every picture to mean 0 and variance 1, then times gamma plus beta.
void ConvertInstanceNorm(NodeConverter& node) {
  node.RequireInputs(3);
  const double eps = node.Attrs().Double("eps", 1e-3);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  node.Require(rank >= 3, "data of shape ", data.Shape(), ": expected at least 3 axes");
  const int64_t channels = data.Shape()[1];
  const Value normal = node.Add("MVN", {data, node.Indices(AxisRange(2, rank), "axes")},
                                {{"normalize_variance", true}, {"eps", eps}, {"eps_mode", "inside_sqrt"}});
  const Value gamma =
      ReshapeWeight(node, node.Weight(1, {channels}, data.Type()), ChannelShape(channels, rank), "gamma");
  const Value beta = ReshapeWeight(node, node.Weight(2, {channels}, data.Type()), ChannelShape(channels, rank), "beta");
  node.Output(node.Add("Add", {node.Add("Multiply", {normal, gamma}), beta}));
}

// The same along one axis, by default the last.
void ConvertLayerNorm(NodeConverter& node) {
  node.RequireInputs(3);
  const double eps = node.Attrs().Double("eps", 1e-5);
  node.Attrs().Bool("output_mean_var", false);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  const int64_t axis = node.Axis(node.Attrs().Int("axis", -1), rank);
  const int64_t size = data.Shape()[axis];
  std::vector<int64_t> dims(static_cast<size_t>(rank - axis), 1);
  dims[0] = size;
  const Value normal = node.Add("MVN", {data, node.Indices({axis}, "axes")},
                                {{"normalize_variance", true}, {"eps", eps}, {"eps_mode", "inside_sqrt"}});
  const Value gamma = ReshapeWeight(node, node.Weight(1, {size}, data.Type()), Shape(dims), "gamma");
  const Value beta = ReshapeWeight(node, node.Weight(2, {size}, data.Type()), Shape(dims), "beta");
  node.Output(node.Add("Add", {node.Add("Multiply", {normal, gamma}), beta}));
}

// x / (knorm + alpha / nsize * sum of x^2 over nsize channels)^beta.
void ConvertLrn(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const int64_t size = attrs.Int("nsize");
  if (size < 1 || size % 2 == 0) attrs.Refuse("nsize", "an odd number");
  node.Output(node.Add("LRN", {node.Input(0), node.Indices({1}, "axes")},
                       {{"alpha", attrs.Double("alpha", 1e-4)},
                        {"beta", attrs.Double("beta", 0.75)},
                        {"bias", attrs.Double("knorm", 2.0)},
                        {"size", size}}));
}

}  // namespace moir::mo

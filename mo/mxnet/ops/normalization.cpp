// InstanceNorm, LayerNorm, GroupNorm, LRN, L2Normalization.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

// Mean and sqrt(variance + eps) along the axes, which stay with size 1.
struct Statistics {
  Value mean, deviation;
};
Statistics MakeStatistics(NodeConverter& node, Value data, const std::vector<int64_t>& axes, double eps) {
  const Value list = node.Indices(axes, "statistics/axes");
  const Value mean = node.Add("ReduceMean", {data, list}, {{"keep_dims", true}}, "mean");
  const Value difference = node.Add("Subtract", {data, mean}, {}, "difference");
  const Value variance = node.Add("ReduceMean", {node.Add("Multiply", {difference, difference}, {}, "squares"), list},
                                  {{"keep_dims", true}}, "variance");
  const Value above = node.Add("Add", {variance, node.Scalar(eps, data.Type(), "eps")}, {}, "variance_eps");
  return {mean, node.Add("Sqrt", {above}, {}, "deviation")};
}

}  // namespace

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

// The same along one axis, by default the last. With output_mean_var: out 1: mean.  out 2: sqrt(variance + eps).
void ConvertLayerNorm(NodeConverter& node) {
  node.RequireInputs(3);
  const double eps = node.Attrs().Double("eps", 1e-5);
  const bool with_statistics = node.Attrs().Bool("output_mean_var", false);
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
  if (!with_statistics) return;
  const Statistics statistics = MakeStatistics(node, data, {axis}, eps);
  node.Output(1, statistics.mean);
  node.Output(2, statistics.deviation);
}

// Every group of num_groups neighbouring channels of every picture to mean 0 and variance 1, then times gamma plus
// beta, which have one number per group (in files of MXNet 2: per channel). With output_mean_var: out 1: mean.
// out 2: sqrt(variance + eps), both [N, num_groups].
void ConvertGroupNorm(NodeConverter& node) {
  node.RequireInputs(3);
  const auto& attrs = node.Attrs();
  const double eps = attrs.Double("eps", 1e-5);
  const int64_t groups = attrs.Int("num_groups", 1);
  const bool with_statistics = attrs.Bool("output_mean_var", false);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() >= 3, "data of shape ", shape, ": expected at least 3 axes");
  const int64_t channels = shape[1];
  if (groups < 1 || channels % groups != 0)
    attrs.Refuse("num_groups", StrCat("a divisor of the ", channels, " channels"));
  const Value grouped = node.Reshape(data, {0, groups, -1}, "grouped");
  const Value normal = node.Reshape(
      node.Add("MVN", {grouped, node.Indices({2}, "axes")},
               {{"normalize_variance", true}, {"eps", eps}, {"eps_mode", "inside_sqrt"}}),
      [&] {
        std::vector<int64_t> dims = shape.Dims();
        dims[0] = 0;
        return dims;
      }(),
      "ungrouped");
  // One number per channel either way.
  const auto per_channel = [&](size_t input, std::string_view suffix) {
    const Shape wide = ChannelShape(channels, shape.Rank());
    if (node.KnownShape(input) == Shape{channels})
      return ReshapeWeight(node, node.Weight(input, {channels}, data.Type()), wide, suffix);
    const Value value = node.Reshape(node.Weight(input, {groups}, data.Type()), {groups, 1}, StrCat(suffix, "/column"));
    const Value repeated = node.Add("Tile", {value, node.Indices({1, channels / groups}, StrCat(suffix, "/reps"))}, {},
                                    StrCat(suffix, "/repeated"));
    return node.Reshape(repeated, wide.Dims(), suffix);
  };
  const Value scaled = node.Add("Multiply", {normal, per_channel(1, "gamma")});
  node.Output(node.Add("Add", {scaled, per_channel(2, "beta")}));
  if (!with_statistics) return;
  const Statistics statistics = MakeStatistics(node, grouped, {2}, eps);
  node.Output(1, node.Reshape(statistics.mean, {0, groups}, "mean_out"));
  node.Output(2, node.Reshape(statistics.deviation, {0, groups}, "deviation_out"));
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

// BatchNorm with the stored statistics: y = (x - moving_mean) / sqrt(moving_var + eps) * gamma + beta along `axis`.
// fix_gamma is true by default and makes gamma 1 whatever the file holds.
// in 0: data.  in 1 to 4: gamma, beta, moving_mean, moving_var, one number per channel.
// With output_mean_var: out 1: moving_mean.  out 2: 1 / sqrt(moving_var + eps).
// BatchNormWithReLU takes the larger of y and 0.
// ScaleShift, which some builds of MXNet had: y = x * gamma + beta along axis 1; fix_gamma as above.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertBatchNorm(NodeConverter& node) {
  node.RequireInputs(5);
  const auto& attrs = node.Attrs();
  const double eps = attrs.Double("eps", 1e-3);
  const bool fix_gamma = attrs.Bool("fix_gamma", true);
  const bool with_statistics = attrs.Bool("output_mean_var", false);
  attrs.Ignore({"min_calib_range", "max_calib_range"});  // calibrated ranges of int8 models
  Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  const int64_t axis = node.Axis(attrs.Int("axis", 1), rank);
  const Shape per_channel{data.Shape()[axis]};
  // The operator normalizes along axis 1. Exchanging two axes is undone by exchanging them again.
  std::vector<int64_t> order = AxisRange(0, rank);
  const bool transposed = axis != 1 && rank > 1;
  if (transposed) {
    std::swap(order[1], order[static_cast<size_t>(axis)]);
    data = node.Transpose(data, order, "channels_first");
  } else if (rank == 1) {
    node.Unsupported("data of shape ", data.Shape(), ": at least two axes are needed");
  }
  Value gamma = node.Weight(1, per_channel, data.Type());
  if (fix_gamma)
    gamma = node.Constant(
        Tensor::FromValues<float>(per_channel, std::vector<float>(static_cast<size_t>(per_channel[0]), 1.f))
            .ConvertTo(data.Type()),
        "gamma");
  const Value beta = node.Weight(2, per_channel, data.Type());
  const Value mean = node.Weight(3, per_channel, data.Type()), variance = node.Weight(4, per_channel, data.Type());
  const Value y = node.Add("BatchNormInference", {data, gamma, beta, mean, variance}, {{"epsilon", eps}}, "normalized");
  const Value restored = transposed ? node.Transpose(y, order, "channels_back") : y;
  node.Output(node.Op() == "_contrib_BatchNormWithReLU" ? node.Add("ReLU", {restored}) : restored);
  // Synchronized statistics are left unset at inference.
  if (!with_statistics || node.Op() == "_contrib_SyncBatchNorm") return;
  const Value above = node.Add("Add", {variance, node.Scalar(eps, data.Type(), "eps")}, {}, "variance");
  node.Output(1, mean);
  node.Output(2, node.Add("Divide", {node.Scalar(1, data.Type(), "one"), node.Add("Sqrt", {above}, {}, "deviation")},
                          {}, "inverse"));
}

void ConvertScaleShift(NodeConverter& node) {
  node.RequireInputs(3);
  const bool fix_gamma = node.Attrs().Bool("fix_gamma", true);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  node.Require(rank >= 2, "data of shape ", data.Shape(), ": expected at least 2 axes");
  const int64_t channels = data.Shape()[1];
  const Value gamma = node.Weight(1, {channels}, data.Type()), beta = node.Weight(2, {channels}, data.Type());
  const Value shift = ReshapeWeight(node, beta, ChannelShape(channels, rank), "beta");
  if (fix_gamma) return node.Output(node.Add("Add", {data, shift}));
  const Value scale = ReshapeWeight(node, gamma, ChannelShape(channels, rank), "gamma");
  node.Output(node.Add("Add", {node.Add("Multiply", {data, scale}), shift}));
}

}  // namespace moir::mo

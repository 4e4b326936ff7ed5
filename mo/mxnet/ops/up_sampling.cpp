// UpSampling of [N, C, H, W] by a whole factor.
// nearest: each element becomes a square. With several inputs all are brought to the size of the first one's result and
// then concatenated along the channels, or added with multi_input_mode sum. bilinear: a Deconvolution, one channel at a
// time, with the weight input: kernel 2 * scale - scale % 2, stride scale, pad ceil((scale - 1) / 2).
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

Value Nearest(NodeConverter& node, Value data, int64_t factor) {
  const auto by = static_cast<float>(factor);
  return node.Add(
      "Interpolate",
      {data, node.Indices({data.Shape()[2] * factor, data.Shape()[3] * factor}, "sizes"),
       node.Constant(Tensor::FromValues<float>(Shape{2}, {by, by}), "scales"), node.Indices({2, 3}, "axes")},
      {{"mode", "nearest"},
       {"shape_calculation_mode", "scales"},
       {"coordinate_transformation_mode", "asymmetric"},
       {"nearest_mode", "floor"}});
}

}  // namespace

void ConvertUpSampling(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const int64_t scale = attrs.Int("scale");
  if (scale < 1 || scale > 1000) attrs.Refuse("scale", "a factor from 1 to 1000");
  const std::string type = attrs.OneOf("sample_type", {"bilinear", "nearest"});
  const std::string join = attrs.OneOf("multi_input_mode", "concat", {"concat", "sum"});
  const int64_t filters = attrs.Int("num_filter", 0);
  attrs.Ignore({"num_args"});
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 4, "data of shape ", data.Shape(), ": expected [N,C,H,W]");
  if (type == "bilinear") {
    node.RequireInputs(2);
    const int64_t channels = data.Shape()[1];
    if (filters != channels) attrs.Refuse("num_filter", StrCat("the ", channels, " channels of the data"));
    const int64_t kernel = 2 * scale - scale % 2, pad = scale / 2;
    const Value weight = ReshapeWeight(node, node.Weight(1, {channels, 1, kernel, kernel}, data.Type()),
                                       {channels, 1, 1, kernel, kernel}, "grouped_weight");
    const std::vector<int64_t> strides(2, scale), pads(2, pad);
    node.Output(node.Add("GroupConvolutionBackpropData", {data, weight},
                         {{"strides", strides}, {"pads_begin", pads}, {"pads_end", pads}}));
    return;
  }
  const int64_t height = data.Shape()[2] * scale, width = data.Shape()[3] * scale;
  std::vector<Value> parts;
  for (size_t i = 0; i < node.InputCount(); ++i) {
    const Value part = node.Input(i);
    const Shape& shape = part.Shape();
    node.Require(shape.Rank() == 4 && shape[2] > 0 && height % shape[2] == 0 && width % shape[3] == 0 &&
                     height / shape[2] == width / shape[3],
                 "input ", i, ": got shape ", shape, ", expected a size that goes into ", height, " x ", width);
    parts.push_back(Nearest(node, part, height / shape[2]));
  }
  Value y = parts[0];
  if (join == "concat" && parts.size() > 1) y = node.Add("Concat", parts, {{"axis", int64_t{1}}});
  for (size_t i = 1; join == "sum" && i < parts.size(); ++i) y = node.Add("Add", {y, parts[i]});
  node.Output(y);
}

}  // namespace moir::mo

// Pooling over 1 to 3 spatial axes: max, avg, sum or lp, (sum x^p)^(1/p) with p 1, 2 or 3; odd powers and roots keep
// their sign. pooling_convention: "valid" rounds the number of windows down, "full" up ("same" stops MXNet 1.9.1
// itself). count_include_pad (default true): an average divides by the window's part inside data and padding, otherwise
// by its part inside the data. global_pool takes the whole axes and ignores kernel, stride and pad.
#include "mo/mxnet/ops/pooling.h"
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

// Sums over windows as a convolution with ones, one channel at a time. Windows that hang over see further zeros.
Value SumWindows(NodeConverter& node, Value data, const std::vector<int64_t>& kernel,
                 const std::vector<int64_t>& stride, const std::vector<int64_t>& pad, bool full) {
  const int64_t channels = data.Shape()[1];
  std::vector<int64_t> dims = {channels, 1, 1}, pads_end = pad;
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  for (size_t i = 0; full && i < kernel.size(); ++i) {
    const int64_t room = data.Shape()[static_cast<int64_t>(i) + 2] + 2 * pad[i] - kernel[i];
    pads_end[i] += (room + stride[i] - 1) / stride[i] * stride[i] - room;
  }
  const Shape shape(dims);
  const Value ones =
      node.Constant(Tensor::FromValues<float>(shape, std::vector<float>(static_cast<size_t>(shape.NumElements()), 1.f))
                        .ConvertTo(data.Type()),
                    "ones");
  return node.Add("GroupConvolution", {data, ones}, {{"strides", stride}, {"pads_begin", pad}, {"pads_end", pads_end}},
                  "sum");
}

}  // namespace

Value PoolWindows(NodeConverter& node, Value data) {
  const auto& attrs = node.Attrs();
  const std::string type = attrs.OneOf("pool_type", "max", {"max", "avg", "sum", "lp"});
  const bool global = attrs.Bool("global_pool", false);
  const std::string convention = attrs.OneOf("pooling_convention", "valid", {"full", "valid"});
  const bool count_pad = attrs.OptionalBool("count_include_pad").value_or(true);
  const std::optional<int64_t> p = attrs.OptionalInt("p_value");
  std::vector<int64_t> kernel = attrs.Ints("kernel", std::vector<int64_t>{});
  const int64_t rank = data.Shape().Rank();
  node.Require(rank >= 3 && rank <= 5, "data of shape ", data.Shape(), ": expected 3 to 5 axes");
  const auto spatial = static_cast<size_t>(rank - 2);
  if (!global && kernel.size() != spatial)
    attrs.Refuse("kernel", StrCat(spatial, " sizes for data of shape ", data.Shape()));
  const std::vector<int64_t> stride =
      attrs.Ints("stride", std::vector<int64_t>(spatial, 1),
                 global ? attrs.Ints("stride", std::vector<int64_t>{}).size() : spatial);
  const std::vector<int64_t> pad = attrs.Ints("pad", std::vector<int64_t>(spatial, 0),
                                              global ? attrs.Ints("pad", std::vector<int64_t>{}).size() : spatial);
  const bool channels_last = ChannelsLast(node, spatial);
  if (channels_last) data = node.Transpose(data, ChannelsFirstOrder(rank), "channels_first");
  if (type == "lp" && (!p || *p < 1 || *p > 3)) attrs.Refuse("p_value", "1, 2 or 3");

  Value x = data;
  for (int64_t power = 1; type == "lp" && power < *p; ++power) x = node.Add("Multiply", {x, data}, {}, "power");
  Value y;
  if (global) {
    const Value axes = node.Indices(AxisRange(2, rank), "axes");
    y = node.Add(type == "max"   ? "ReduceMax"
                 : type == "avg" ? "ReduceMean"
                                 : "ReduceSum",
                 {x, axes}, {{"keep_dims", true}});
  } else if (type == "sum" || type == "lp") {
    y = SumWindows(node, x, kernel, stride, pad, convention == "full");
  } else {
    graph::Attributes attributes = {{"kernel", kernel},
                                    {"strides", stride},
                                    {"pads_begin", pad},
                                    {"pads_end", pad},
                                    {"rounding_type", convention == "full" ? "ceil" : "floor"}};
    if (type == "avg") attributes.emplace("exclude-pad", !count_pad);
    y = node.Add(type == "max" ? "MaxPool" : "AvgPool", {x}, attributes);
  }
  if (type == "lp" && *p == 2) y = node.Add("Sqrt", {y});
  if (type == "lp" && *p == 3) {
    const Value size = node.Add("Power", {node.Add("Abs", {y}), node.Scalar(1.0 / 3.0, data.Type(), "third")});
    y = node.Add("Multiply", {node.Add("Sign", {y}), size}, {}, "root");
  }
  return channels_last ? node.Transpose(y, ChannelsLastOrder(rank), "channels_last") : y;
}

void ConvertPooling(NodeConverter& node) {
  node.RequireInputs(1);
  node.Output(PoolWindows(node, node.Input(0)));
}

}  // namespace moir::mo

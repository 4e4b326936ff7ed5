// Pooling over regions of a feature map. Regions are rows (picture, xmin, ymin, xmax, ymax) in coordinates of the
// picture; spatial_scale takes them to the feature map.
#include <cmath>

#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

constexpr int64_t kMostChannels = int64_t{1} << 22;

double SpatialScale(const NodeConverter& node) {
  const double scale = node.Attrs().Double("spatial_scale");
  if (!(scale >= 0 && scale <= 1)) node.Attrs().Refuse("spatial_scale", "a number from 0 to 1");
  return scale;
}

// pooled_size (height, width) as the operators' attributes.
graph::Attributes PooledSize(const NodeConverter& node) {
  const std::vector<int64_t> size = node.Attrs().Ints("pooled_size");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1) node.Attrs().Refuse("pooled_size", "two positive sizes");
  return {{"pooled_h", size[0]}, {"pooled_w", size[1]}};
}

// MXNet: not positive is one sample per element.
int64_t SamplingRatio(const NodeConverter& node, std::string_view attribute) {
  return std::max<int64_t>(0, node.Attrs().Int(attribute, -1));
}

Value Columns(NodeConverter& node, Value rois, int64_t begin, int64_t end, const std::string& name) {
  return node.Add("Slice",
                  {rois, node.Indices({begin}, name + "_start"), node.Indices({end}, name + "_stop"),
                   node.Indices({1}, name + "_step"), node.Indices({1}, name + "_axis")},
                  {}, name);
}

void RequireRois(NodeConverter& node, Value rois, int64_t width) {
  node.Require(rois.Shape().Rank() == 2 && rois.Shape()[1] == width, "rois of shape ", rois.Shape(), ": expected [R,",
               width, "]");
}

int64_t PositiveInt(const Attributes& attrs, std::string_view name) {
  const int64_t value = attrs.Int(name);
  if (value < 1) attrs.Refuse(name, "a positive number");
  return value;
}

}  // namespace

// The second output, positions of the maxima, is invisible in MXNet.
void ConvertRoiPooling(NodeConverter& node) {
  node.RequireInputs(2);
  graph::Attributes attributes = PooledSize(node);
  attributes["spatial_scale"] = SpatialScale(node);
  node.Output(node.Add("ROIPooling", {node.Input(0), node.Input(1)}, attributes));
}

void ConvertRoiAlign(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  graph::Attributes attributes = PooledSize(node);
  attributes["spatial_scale"] = SpatialScale(node);
  attributes["sampling_ratio"] = SamplingRatio(node, "sample_ratio");
  const bool aligned = attrs.Bool("aligned", false), position_sensitive = attrs.Bool("position_sensitive", false);
  const Value data = node.Input(0), rois = node.Input(1);
  RequireRois(node, rois, 5);
  if (position_sensitive) {
    attributes["aligned"] = aligned;
    node.Output(node.Add("PSROIAlign", {data, rois}, attributes));
    return;
  }
  attributes["aligned_mode"] = std::string(aligned ? "half_pixel_for_nn" : "asymmetric");
  // Truncated towards zero, as MXNet does it; the sign that means "ignore" survives only from -1 on.
  const Value pictures = node.Convert(
      node.Add("Squeeze", {Columns(node, rois, 0, 1, "picture"), node.Indices({1}, "squeezed_axis")}, {}, "pictures"),
      ElementType::kI32, "batch_indices");
  node.Output(node.Add("ROIAlign", {data, Columns(node, rois, 1, 5, "boxes"), pictures}, attributes));
}

void ConvertRroiAlign(NodeConverter& node) {
  node.RequireInputs(2);
  graph::Attributes attributes = PooledSize(node);
  attributes["spatial_scale"] = SpatialScale(node);
  attributes["sampling_ratio"] = SamplingRatio(node, "sampling_ratio");
  const Value data = node.Input(0), rois = node.Input(1);
  RequireRois(node, rois, 6);
  node.Output(node.Add("RROIAlign", {data, rois}, attributes));
}

// A grid of channels that is coarser or finer than the result's is taken apart: each cell of the result gets channels
// of its own.
void ConvertPsRoiPooling(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const int64_t out = PositiveInt(attrs, "output_dim"), pooled = PositiveInt(attrs, "pooled_size");
  int64_t group = attrs.Int("group_size", 0);
  if (group < 0) attrs.Refuse("group_size", "0 or a positive number");
  if (group == 0) group = pooled;
  Value data = node.Input(0);
  const Value rois = node.Input(1);
  RequireRois(node, rois, 5);
  const int64_t channels = Shape{out, group, group}.NumElements(), wanted = Shape{out, pooled, pooled}.NumElements();
  node.Require(data.Shape().Rank() == 4 && data.Shape()[1] >= channels, "data of shape ", data.Shape(),
               ": expected [N,C,H,W] with C from ", channels);
  if (group != pooled || data.Shape()[1] != channels) {
    if (wanted > kMostChannels)
      node.Unsupported("a result of ", pooled, " x ", pooled, " cells takes ", wanted, " channels, expected at most ",
                       kMostChannels);
    std::vector<int64_t> indices;
    const auto cell = [&](int64_t p) {
      return static_cast<int64_t>(
          std::floor(static_cast<float>(p) * static_cast<float>(group) / static_cast<float>(pooled)));
    };
    for (int64_t i = 0; i < wanted; ++i) {
      indices.push_back((i / (pooled * pooled) * group + std::min(cell(i / pooled % pooled), group - 1)) * group +
                        std::min(cell(i % pooled), group - 1));
    }
    data = node.Add("Gather", {data, node.Indices(indices, "channels"), node.Index(1, "channel_axis")}, {}, "spread");
  }
  const graph::Attributes attributes = {
      {"output_dim", out}, {"group_size", pooled}, {"spatial_scale", SpatialScale(node)}};
  node.Output(node.Add("PSROIPooling", {data, rois}, attributes));
}

// The second output, the numbers of samples, is invisible in MXNet.
void ConvertDeformablePsRoiPooling(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const bool no_trans = attrs.Bool("no_trans", false);
  node.RequireInputs(no_trans ? 2 : 3);
  const int64_t pooled = PositiveInt(attrs, "pooled_size"), samples = attrs.Int("sample_per_part", 1);
  int64_t part = attrs.Int("part_size", 0);
  if (part < 0) attrs.Refuse("part_size", "0 or a positive number");
  if (part == 0) part = pooled;
  if (samples < 1) attrs.Refuse("sample_per_part", "a positive number");
  const double trans_std = attrs.Double("trans_std", 0.0);
  if (!(trans_std >= 0 && trans_std <= 1)) attrs.Refuse("trans_std", "a number from 0 to 1");
  const graph::Attributes attributes = {{"output_dim", PositiveInt(attrs, "output_dim")},
                                        {"group_size", PositiveInt(attrs, "group_size")},
                                        {"pooled_size", pooled},
                                        {"part_size", part},
                                        {"sample_per_part", samples},
                                        {"spatial_scale", SpatialScale(node)},
                                        {"trans_std", trans_std}};
  std::vector<Value> inputs = {node.Input(0), node.Input(1)};
  if (!no_trans) inputs.push_back(node.Input(2));
  node.Output(node.Add("DeformableRegionPooling", inputs, attributes));
}

}  // namespace moir::mo

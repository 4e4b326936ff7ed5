// Pieces that several converters share.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mo/mxnet/node_converter.h"

namespace moir::mo {

// A weight under another shape: a constant stays a view of its file.
inline Value ReshapeWeight(NodeConverter& node, Value weight, const Shape& shape, std::string_view suffix) {
  if (weight.Shape() == shape) return weight;
  if (const Tensor* constant = weight.Constant()) return node.Constant(constant->Reshaped(shape), suffix);
  return node.Reshape(weight, shape.Dims(), suffix);
}

// [1, size, 1, ...] with `rank` axes: how a value per channel is broadcast.
inline Shape ChannelShape(int64_t size, int64_t rank) {
  std::vector<int64_t> dims(static_cast<size_t>(rank), 1);
  dims.at(1) = size;
  return Shape(std::move(dims));
}

// Refuses a constant that is too large to be written into the model.
inline void RequireWritable(const NodeConverter& node, const Shape& shape) {
  constexpr int64_t kMostElements = int64_t{1} << 26;
  if (shape.NumElements() > kMostElements)
    node.Unsupported("a constant of shape ", shape, " is too large, expected at most ", kMostElements, " elements");
}

// Axes [begin, end).
inline std::vector<int64_t> AxisRange(int64_t begin, int64_t end) {
  std::vector<int64_t> axes;
  for (int64_t axis = begin; axis < end; ++axis) axes.push_back(axis);
  return axes;
}

// The order that brings the last axis behind the first, [N, D1.., C] to [N, C, D1..], and the way back.
inline std::vector<int64_t> ChannelsFirstOrder(int64_t rank) {
  std::vector<int64_t> order = {0, rank - 1};
  for (int64_t axis = 1; axis < rank - 1; ++axis) order.push_back(axis);
  return order;
}
inline std::vector<int64_t> ChannelsLastOrder(int64_t rank) {
  std::vector<int64_t> order = {0};
  for (int64_t axis = 2; axis < rank; ++axis) order.push_back(axis);
  order.push_back(1);
  return order;
}

// Whether attribute layout puts the channels last; the layouts are MXNet's for 1 to 3 spatial axes.
inline bool ChannelsLast(const NodeConverter& node, size_t spatial_rank) {
  if (node.Attrs().IsNone("layout")) return false;
  const std::string layout = node.Attrs().String("layout");
  static constexpr std::string_view kFirst[] = {"NCW", "NCHW", "NCDHW"}, kLast[] = {"NWC", "NHWC", "NDHWC"};
  if (layout == kFirst[spatial_rank - 1]) return false;
  if (layout != kLast[spatial_rank - 1])
    node.Attrs().Refuse("layout", StrCat(kFirst[spatial_rank - 1], " or ", kLast[spatial_rank - 1]));
  return true;
}

}  // namespace moir::mo

// Sliding windows: what convolution and pooling share, for one to three spatial axes.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "graph/op_schema.h"

namespace moir::graph {

// Geometry of a window over the spatial axes of an NC... tensor. Missing axes (1-D, 2-D) come first with size 1.
struct Window {
  static constexpr size_t kMaxRank = 3;
  // No size, stride, dilation or pad is larger, so that products of two of them do not overflow.
  static constexpr int64_t kLargest = int64_t{1} << 30;
  using Sizes = std::array<int64_t, kMaxRank>;
  Sizes in{1, 1, 1}, out{1, 1, 1}, kernel{1, 1, 1}, strides{1, 1, 1}, dilations{1, 1, 1}, pads_begin{0, 0, 0},
      pads_end{0, 0, 0};
};

// Fills from attributes; lists must have one entry per spatial axis. `kernel` comes from weights or an attribute.
// auto_pad "same_upper", "same_lower" and "valid" replace the pads.
// ceil_mode rounds the number of windows up (pooling); convolution passes false.
Window MakeWindow(const Node& node, const Shape& data, const std::vector<int64_t>& kernel, bool ceil_mode = false);
// The output's spatial sizes in the order of the axes.
std::vector<int64_t> OutputSizes(const Window& window, int64_t spatial_rank);

// The positions p in [0, count) for which p * stride + offset lies in [0, size).
struct Span {
  int64_t begin, end;
};
inline Span PositionsInside(int64_t count, int64_t stride, int64_t offset, int64_t size) {
  const int64_t begin = offset < 0 ? (-offset + stride - 1) / stride : 0;
  const int64_t end = size > offset ? (size - offset + stride - 1) / stride : 0;
  return {std::min(begin, count), std::max(std::min(end, count), std::min(begin, count))};
}

}  // namespace moir::graph

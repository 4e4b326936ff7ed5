// What MaxPool and AvgPool share.
#pragma once

#include <algorithm>
#include <vector>

#include "graph/ops/window.h"

namespace moir::graph {

// kernel, strides, pads_begin, pads_end, rounding_type, auto_pad.
inline std::vector<AttributeSchema> PoolingAttributes() {
  return {RequiredAttribute<std::vector<int64_t>>("kernel"),
          {"strides", std::vector<int64_t>{}},
          {"pads_begin", std::vector<int64_t>{}},
          {"pads_end", std::vector<int64_t>{}},
          AttributeSchema::OneOf("rounding_type", {"floor", "ceil"}),
          AttributeSchema::OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"})};
}

inline Window PoolingWindow(const Node& node, const Shape& data) {
  return MakeWindow(node, data, node.Attr<std::vector<int64_t>>("kernel"),
                    node.Attr<std::string>("rounding_type") == "ceil");
}

inline void InferPooling(InferContext& op) {
  const Shape& data = op.InputShape(0);
  op.Require(data.Rank() >= 3 && data.Rank() <= 5, "rank of data", data.Rank(), "3 to 5");
  const Window window = PoolingWindow(op.GetNode(), data);
  std::vector<int64_t> dims = {data[0], data[1]};
  for (const int64_t size : OutputSizes(window, data.Rank() - 2)) dims.push_back(size);
  op.SetOutput(0, Shape(std::move(dims)));
}

// One window: the part inside the data, and how many positions it covers of data and padding together.
struct PoolRange {
  Window::Sizes begin, end;
  int64_t padded_count;
};

// Calls pool(plane, range) for every window, in the order of the output; plane counts N * C.
template <typename Pool>
void ForEachPool(const Shape& data, const Window& w, Pool pool) {
  const auto set_axis = [&](PoolRange& range, size_t k, int64_t position) {
    const int64_t begin = position * w.strides[k] - w.pads_begin[k];
    const int64_t end = std::min(begin + w.kernel[k], w.in[k] + w.pads_end[k]);
    range.begin[k] = std::max<int64_t>(begin, 0);
    range.end[k] = std::max(std::min(end, w.in[k]), range.begin[k]);
    return std::max<int64_t>(end - begin, 0);
  };
  const int64_t planes = data[0] * data[1];
  PoolRange range{};
  for (int64_t plane = 0; plane < planes; ++plane) {
    for (int64_t z = 0; z < w.out[0]; ++z) {
      const int64_t depth = set_axis(range, 0, z);
      for (int64_t y = 0; y < w.out[1]; ++y) {
        const int64_t height = set_axis(range, 1, y);
        for (int64_t x = 0; x < w.out[2]; ++x) {
          range.padded_count = depth * height * set_axis(range, 2, x);
          pool(plane, range);
        }
      }
    }
  }
}

}  // namespace moir::graph

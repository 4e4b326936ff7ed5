#include "graph/ops/window.h"

#include <algorithm>

#include "graph/error.h"

namespace moir::graph {

Window MakeWindow(const Node& node, const Shape& data, const std::vector<int64_t>& kernel, bool ceil_mode) {
  const auto fail = [&](const auto&... parts) {
    Fail(ErrorKind::kBadModel, "node \"", node.Name(), "\" (", node.Op(), "): ", parts...);
  };
  const int64_t spatial_rank = data.Rank() - 2;
  if (spatial_rank < 1 || spatial_rank > static_cast<int64_t>(Window::kMaxRank))
    fail("data of shape ", data, ", expected 3 to 5 axes");
  const auto read = [&](std::string_view name, Window::Sizes& to, int64_t smallest) {
    const auto& values = node.Attr<std::vector<int64_t>>(name);
    if (values.empty()) return;
    if (static_cast<int64_t>(values.size()) != spatial_rank)
      fail("attribute ", name, ": got ", FormatAttribute(values), ", expected ", spatial_rank, " values");
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] < smallest || values[i] > Window::kLargest) {
        fail("attribute ", name, ": got ", FormatAttribute(values), ", expected values from ", smallest, " to ",
             Window::kLargest);
      }
      to[Window::kMaxRank - values.size() + i] = values[i];
    }
  };
  if (static_cast<int64_t>(kernel.size()) != spatial_rank)
    fail("kernel ", FormatAttribute(kernel), " for data of shape ", data);
  Window window;
  read("strides", window.strides, 1);
  if (node.Schema().FindAttribute("dilations")) read("dilations", window.dilations, 1);
  read("pads_begin", window.pads_begin, 0);
  read("pads_end", window.pads_end, 0);
  const auto& auto_pad = node.Attr<std::string>("auto_pad");
  for (int64_t i = 0; i < spatial_rank; ++i) {
    const size_t k = Window::kMaxRank - static_cast<size_t>(spatial_rank - i);
    window.in[k] = data[i + 2];
    window.kernel[k] = kernel[static_cast<size_t>(i)];
    if (window.kernel[k] < 1 || window.kernel[k] > Window::kLargest)
      fail("kernel ", FormatAttribute(kernel), ", expected sizes from 1 to ", Window::kLargest);
    const int64_t span = window.dilations[k] * (window.kernel[k] - 1) + 1;
    if (auto_pad == "valid") window.pads_begin[k] = window.pads_end[k] = 0;
    if (auto_pad == "same_upper" || auto_pad == "same_lower") {
      const int64_t out = (window.in[k] + window.strides[k] - 1) / window.strides[k];
      const int64_t total = std::max<int64_t>(0, (out - 1) * window.strides[k] + span - window.in[k]);
      window.pads_begin[k] = auto_pad == "same_upper" ? total / 2 : total - total / 2;
      window.pads_end[k] = total - window.pads_begin[k];
    }
    const int64_t room = window.in[k] + window.pads_begin[k] + window.pads_end[k] - span;
    if (room < 0)
      fail("kernel ", FormatAttribute(kernel), " does not fit into data of shape ", data, " with its padding");
    window.out[k] = (ceil_mode ? (room + window.strides[k] - 1) / window.strides[k] : room / window.strides[k]) + 1;
  }
  return window;
}

std::vector<int64_t> OutputSizes(const Window& window, int64_t spatial_rank) {
  return {window.out.end() - spatial_rank, window.out.end()};
}

}  // namespace moir::graph

#include "ie_runtime/kernels/window.h"

#include "graph/ops/window.h"

namespace moir::runtime {

WindowAttributes ReadWindow(const KernelContext& context, const std::vector<int64_t>& kernel) {
  const Layer& layer = context.GetLayer();
  const Shape& out = context.OutputShape();
  // With a Pad taken over, the node's own data is the padded one; automatic padding is settled for it.
  const Shape& data = layer.node->Input(0).Shape();
  const graph::Window window = graph::MakeWindow(*layer.node, data, kernel);
  WindowAttributes result;
  result.kernel = kernel;
  const auto axes = static_cast<size_t>(out.Rank() - 2);
  for (size_t i = 0; i < axes; ++i) {
    const size_t k = graph::Window::kMaxRank - axes + i;
    const bool extra = !layer.extra_pads_begin.empty();
    result.strides.push_back(window.strides[k]);
    result.dilations.push_back(window.dilations[k]);
    result.pads_begin.push_back(window.pads_begin[k] + (extra ? layer.extra_pads_begin[i] : 0));
    const int64_t in = context.InputShape()[static_cast<int64_t>(i) + 2];
    const int64_t span = (kernel[i] - 1) * window.dilations[k] + 1;
    result.pads_end.push_back((out[static_cast<int64_t>(i) + 2] - 1) * window.strides[k] + span - in -
                              result.pads_begin.back());
  }
  return result;
}

}  // namespace moir::runtime

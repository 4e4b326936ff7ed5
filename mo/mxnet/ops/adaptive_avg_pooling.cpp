// AdaptiveAvgPooling2D of [N, C, H, W] to output_size: (height, width), one number for both, 1 x 1 when absent (and for
// more than two numbers). Where the windows are all alike it is an AvgPool.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertAdaptiveAvgPooling(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  std::vector<int64_t> size = attrs.Ints("output_size", std::vector<int64_t>{});
  if (size.size() == 1) size.push_back(size[0]);
  if (size.size() != 2) size = {1, 1};
  if (size[0] < 1 || size[1] < 1) attrs.Refuse("output_size", "positive sizes");
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() == 4 && shape[2] > 0 && shape[3] > 0, "data of shape ", shape, ": expected [N,C,H,W]");
  if (shape[2] % size[0] == 0 && shape[3] % size[1] == 0) {
    const std::vector<int64_t> window = {shape[2] / size[0], shape[3] / size[1]}, zeros = {0, 0};
    node.Output(node.Add(
        "AvgPool", {data},
        {{"kernel", window}, {"strides", window}, {"pads_begin", zeros}, {"pads_end", zeros}, {"exclude-pad", false}}));
    return;
  }
  node.Output(node.Add("AdaptiveAvgPool", {data, node.Indices(size, "output_shape")}));
}

}  // namespace moir::mo

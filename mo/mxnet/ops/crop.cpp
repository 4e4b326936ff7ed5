// Crop of [N, C, H, W] to the size h_w, or with two inputs to the size of the second, from `offset` (y, x) or the
// middle.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertCrop(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const int64_t inputs = attrs.Int("num_args", static_cast<int64_t>(node.InputCount()));
  if (inputs < 1 || inputs > 2) attrs.Refuse("num_args", "1 or 2");
  node.RequireInputs(static_cast<size_t>(inputs));
  std::vector<int64_t> offset = attrs.Ints("offset", {0, 0}, 2);
  std::vector<int64_t> size = attrs.Ints("h_w", {0, 0}, 2);
  const bool center = attrs.Bool("center_crop", false);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() == 4, "data of shape ", shape, ": expected [N,C,H,W]");
  if (inputs == 2) {
    const Shape& like = node.Input(1).Shape();
    node.Require(like.Rank() == 4, "input 1 of shape ", like, ": expected [N,C,H,W]");
    size = {like[2], like[3]};
  }
  std::vector<int64_t> stop;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t whole = shape[static_cast<int64_t>(i) + 2];
    if (size[i] < 1 || size[i] > whole) node.Bad("size ", size[i], " on axis ", i + 2, ", expected 1 to ", whole);
    if (center) offset[i] = (whole - size[i]) / 2;
    if (offset[i] < 0 || offset[i] + size[i] > whole)
      attrs.Refuse("offset", StrCat("0 to ", whole - size[i], " on axis ", i + 2));
    stop.push_back(offset[i] + size[i]);
  }
  node.Output(node.Add("Slice", {data, node.Indices(offset, "start"), node.Indices(stop, "stop"),
                                 node.Indices({1, 1}, "step"), node.Indices({2, 3}, "axes")}));
}

}  // namespace moir::mo

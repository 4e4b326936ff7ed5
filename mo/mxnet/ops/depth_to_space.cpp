// depth_to_space: blocks of channels become block_size x block_size pixels, [N, b b C, H, W] to [N, C, b H, b W], the
// position in the block being the slower part of the channel; space_to_depth is the way back.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertDepthToSpace(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  const int64_t block = node.Attrs().Int("block_size");
  if (block < 1 || block > 65535) node.Attrs().Refuse("block_size", "a positive number");
  node.Require(shape.Rank() == 4, "data of shape ", shape, ": expected 4 axes");
  const int64_t channels = shape[1], height = shape[2], width = shape[3];
  if (node.Op() == "depth_to_space") {
    if (channels % (block * block) != 0)
      node.Attrs().Refuse("block_size", StrCat("one whose square divides the ", channels, " channels"));
    const int64_t depth = channels / (block * block);
    const Value split = node.Reshape(data, {0, block, block, depth, height, width}, "blocks");
    const Value moved = node.Transpose(split, {0, 3, 4, 1, 5, 2});
    return node.Output(node.Reshape(moved, {0, depth, height * block, width * block}));
  }
  if (height % block != 0 || width % block != 0)
    node.Attrs().Refuse("block_size", StrCat("a divisor of the height ", height, " and the width ", width));
  const Value split = node.Reshape(data, {0, channels, height / block, block, width / block, block}, "blocks");
  const Value moved = node.Transpose(split, {0, 3, 5, 1, 2, 4});
  node.Output(node.Reshape(moved, {0, channels * block * block, height / block, width / block}));
}

}  // namespace moir::mo

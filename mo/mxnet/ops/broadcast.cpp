// broadcast_to: a shape whose zeros keep the data's size.  broadcast_axis: sizes for some axes.  broadcast_like:
// another tensor's shape, or that of some of its axes.  tile: repeats per axis.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

void Broadcast(NodeConverter& node, Value data, const Shape& target) {
  node.Require(BroadcastsTo(data.Shape(), target) && data.Shape().Rank() == target.Rank(), "data of shape ",
               data.Shape(), " does not broadcast to ", target);
  node.Output(node.Add("Broadcast", {data, node.Indices(target.Dims(), "target")}));
}

}  // namespace

void ConvertBroadcastTo(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  Shape target(node.Attrs().Ints("shape", std::vector<int64_t>{}));
  if (target.Rank() != data.Shape().Rank()) node.Attrs().Refuse("shape", StrCat(data.Shape().Rank(), " sizes"));
  for (int64_t i = 0; i < target.Rank(); ++i) target[i] = target[i] == 0 ? data.Shape()[i] : target[i];
  Broadcast(node, data, target);
}

void ConvertBroadcastAxis(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const std::vector<int64_t> axes = node.Attrs().Ints("axis", std::vector<int64_t>{}),
                             sizes = node.Attrs().Ints("size", std::vector<int64_t>{});
  if (axes.size() != sizes.size()) node.Attrs().Refuse("size", StrCat(axes.size(), " sizes, one per axis"));
  Shape target = data.Shape();
  for (size_t i = 0; i < axes.size(); ++i) target[node.Axis(axes[i], target.Rank())] = sizes[i];
  Broadcast(node, data, target);
}

void ConvertBroadcastLike(NodeConverter& node) {
  node.RequireInputs(2);
  const Value data = node.Input(0);
  const Shape like = node.Input(1).Shape();
  const auto left = node.Attrs().OptionalIntTuple("lhs_axes"), right = node.Attrs().OptionalIntTuple("rhs_axes");
  if (!left && !right) return Broadcast(node, data, like);
  if (!left || !right || left->size() != right->size()) node.Attrs().Refuse("rhs_axes", "as many axes as lhs_axes");
  Shape target = data.Shape();
  for (size_t i = 0; i < left->size(); ++i) {
    target[node.Axis((*left)[i], target.Rank(), "lhs_axes")] = like[node.Axis((*right)[i], like.Rank(), "rhs_axes")];
  }
  Broadcast(node, data, target);
}

void ConvertTile(NodeConverter& node) {
  node.RequireInputs(1);
  const std::vector<int64_t> repeats = node.Attrs().Ints("reps");
  for (const int64_t count : repeats) {
    if (count < (node.GetSymbol().numpy_shapes ? 0 : 1)) node.Attrs().Refuse("reps", "positive numbers");
  }
  node.Output(node.Add("Tile", {node.Input(0), node.Indices(repeats, "repeats")}));
}

}  // namespace moir::mo

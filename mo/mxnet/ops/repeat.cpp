// repeat: every element `repeats` times in a row along `axis`; without one the flattened data.
// reverse: the elements of each axis of `axis` from last to first.
// _np_roll: the elements moved by `shift` along each axis of `axis`, those that leave come in at the other end; without
// one the flattened data.
#include <limits>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertRepeat(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const int64_t repeats = attrs.Int("repeats");
  const std::optional<int64_t> given = attrs.OptionalInt("axis");
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  if (repeats < 1 || repeats > std::numeric_limits<int32_t>::max()) attrs.Refuse("repeats", "a positive number");
  const int64_t axis = given ? node.Axis(*given, shape.Rank()) : shape.Rank() - 1;
  const int64_t inner = shape.NumElements(axis + 1, shape.Rank());
  // [everything up to the axis, 1, what follows]: the middle is tiled.
  const Value tiled =
      node.Add("Tile", {node.Reshape(data, {-1, 1, inner}, "rows"), node.Indices({1, repeats, 1}, "reps")});
  std::vector<int64_t> dims = {-1};
  if (given) {
    dims = shape.Dims();
    dims[static_cast<size_t>(axis)] = shape[axis] * repeats;
    dims[0] = -1;
  }
  node.Output(node.Reshape(tiled, dims));
}

void ConvertReverse(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  std::vector<bool> reversed(static_cast<size_t>(rank), false);
  for (const int64_t axis : node.Attrs().Ints("axis")) {
    if (axis < 0 || axis >= rank) node.Attrs().Refuse("axis", StrCat("axes in [0, ", rank, ")"));
    reversed[static_cast<size_t>(axis)] = !reversed[static_cast<size_t>(axis)];  // twice is back again
  }
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (reversed[static_cast<size_t>(axis)] && data.Shape()[axis] > 1) axes.push_back(axis);
  }
  if (axes.empty()) return node.Output(data);
  const std::vector<int64_t> last(axes.size(), -1);
  const std::vector<int64_t> before_first(axes.size(), std::numeric_limits<int64_t>::min());
  node.Output(node.Add("Slice", {data, node.Indices(last, "start"), node.Indices(before_first, "stop"),
                                 node.Indices(last, "step"), node.Indices(axes, "axes")}));
}

void ConvertRoll(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Shape shape = node.Input(0).Shape();
  std::vector<int64_t> shifts = attrs.Ints("shift");
  const std::optional<std::vector<int64_t>> given = attrs.OptionalIntTuple("axis");
  std::vector<int64_t> axes = given.value_or(std::vector<int64_t>{0});
  Value value = given ? node.Input(0) : node.Reshape(node.Input(0), {-1}, "flat");
  for (int64_t& axis : axes) axis = node.Axis(axis, value.Shape().Rank());
  if (shifts.size() == 1) shifts.resize(axes.size(), shifts[0]);
  if (shifts.size() != axes.size())
    attrs.Refuse("shift", given ? StrCat("one number, or one for each of the ", axes.size(), " axes") : "one number");
  std::vector<int64_t> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) attrs.Refuse("axis", "every axis once");
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t size = value.Shape()[axes[i]];
    const int64_t shift = size == 0 ? 0 : (shifts[i] % size + size) % size;
    if (shift == 0) continue;
    Node* parts = node.AddNode("VariadicSplit", {value, node.Index(axes[i]), node.Indices({size - shift, shift})}, {},
                               StrCat("parts", i));
    value = node.Add("Concat", {parts->Output(1), parts->Output(0)}, {{"axis", axes[i]}}, StrCat("rolled", i));
  }
  node.Output(value.Shape() == shape ? value : node.Reshape(value, shape.Dims()));
}

}  // namespace moir::mo

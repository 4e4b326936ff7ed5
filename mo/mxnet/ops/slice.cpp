// slice: begin, end and step per leading axis, each possibly None.  slice_axis: one axis.  slice_like: to the size of
// another tensor.
#include <limits>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

// Positions as in Python; `end` may be the one before the first, -1, which the operator Slice cannot say but by a very
// negative stop.
Value SliceAxes(NodeConverter& node, Value data, std::vector<int64_t> start, std::vector<int64_t> stop,
                std::vector<int64_t> step, std::vector<int64_t> axes) {
  const Value y = node.Add("Slice", {data, node.Indices(start, "start"), node.Indices(stop, "stop"),
                                     node.Indices(step, "step"), node.Indices(axes, "axes")});
  node.Require(y.Shape().NumElements() > 0, "nothing is left of the data ", data.Shape());
  return y;
}

constexpr int64_t kBeforeFirst = std::numeric_limits<int64_t>::min();
constexpr int64_t kAfterLast = std::numeric_limits<int64_t>::max();

}  // namespace

void ConvertSlice(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const auto begin = attrs.OptionalInts("begin"), end = attrs.OptionalInts("end"),
             step = attrs.OptionalInts("step", false);
  if (static_cast<int64_t>(begin.size()) > data.Shape().Rank())
    attrs.Refuse("begin", StrCat("at most ", data.Shape().Rank(), " positions"));
  if (end.size() != begin.size()) attrs.Refuse("end", StrCat("as many positions as begin, ", begin.size()));
  if (!step.empty() && step.size() != begin.size())
    attrs.Refuse("step", StrCat("as many numbers as begin, ", begin.size()));
  std::vector<int64_t> starts, stops, steps;
  for (size_t i = 0; i < begin.size(); ++i) {
    const int64_t size = data.Shape()[static_cast<int64_t>(i)];
    const int64_t by = i < step.size() ? step[i].value_or(1) : 1;
    if (by == 0) attrs.Refuse("step", "numbers other than 0");
    steps.push_back(by);
    starts.push_back(begin[i].value_or(by > 0 ? 0 : kAfterLast));
    stops.push_back(end[i].value_or(by > 0 ? kAfterLast : kBeforeFirst));
    if (begin[i] && (*begin[i] < -size || *begin[i] >= size))
      attrs.Refuse("begin", StrCat("positions in [", -size, ", ", size, ") on axis ", i));
  }
  node.Output(SliceAxes(node, data, starts, stops, steps, AxisRange(0, static_cast<int64_t>(begin.size()))));
}

void ConvertSliceAxis(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const int64_t axis = node.Axis(attrs.Int("axis"), data.Shape().Rank());
  const int64_t size = data.Shape()[axis];
  int64_t begin = attrs.Int("begin");
  const std::optional<int64_t> end = attrs.OptionalInt("end");
  if (begin < -size || begin >= size) attrs.Refuse("begin", StrCat("a position in [", -size, ", ", size, ")"));
  if (end && (*end < -size || *end > size)) attrs.Refuse("end", StrCat("a position in [", -size, ", ", size, "]"));
  node.Output(SliceAxes(node, data, {begin}, {end.value_or(kAfterLast)}, {1}, {axis}));
}

void ConvertSliceLike(NodeConverter& node) {
  node.RequireInputs(2);
  const Value data = node.Input(0);
  const Shape shape = data.Shape(), like = node.Input(1).Shape();
  std::vector<int64_t> axes = node.Attrs().Ints("axes", std::vector<int64_t>{});
  if (axes.empty()) {
    node.Require(shape.Rank() == like.Rank(), "shapes ", shape, " and ", like, ": expected the same number of axes");
    axes = AxisRange(0, shape.Rank());
  }
  std::vector<int64_t> stops;
  for (int64_t& axis : axes) {
    axis = node.Axis(axis, shape.Rank(), "axes");
    node.Require(axis < like.Rank() && like[axis] <= shape[axis], "axis ", axis, ": cannot cut ", shape, " to ", like);
    stops.push_back(like[axis]);
  }
  node.Output(
      SliceAxes(node, data, std::vector<int64_t>(axes.size(), 0), stops, std::vector<int64_t>(axes.size(), 1), axes));
}

}  // namespace moir::mo

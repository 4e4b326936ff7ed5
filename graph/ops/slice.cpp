// Slice: elements start, start + step, ... before stop along each axis of `axes` (all axes in order when absent).
// Negative starts and stops count from the end; both are clamped to the axis. A negative step walks backwards.
// in 0: data.  in 1, 2, 3: start, stop, step, as many integers each.  in 4 (optional): axes.
#include <algorithm>
#include <limits>

#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

struct Cut {
  int64_t first, step, count;
};

// What is taken of an axis of `size` elements.
Cut MakeCut(int64_t size, int64_t start, int64_t stop, int64_t step) {
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? size : size - 1;
  start = std::clamp(start < 0 ? std::max(start, -size - 1) + size : start, low, high);
  stop = std::clamp(stop < 0 ? std::max(stop, -size - 1) + size : stop, low, high);
  const int64_t span = step > 0 ? stop - start : start - stop;
  // The distance is compared before it is divided: the smallest step has no positive counterpart.
  const int64_t width = step > 0                                      ? step
                        : step == std::numeric_limits<int64_t>::min() ? std::numeric_limits<int64_t>::max()
                                                                      : -step;
  return {start, step, span <= 0 ? 0 : (span - 1) / width + 1};
}

std::vector<int64_t> DefaultAxes(size_t count) {
  std::vector<int64_t> axes(count);
  for (size_t i = 0; i < count; ++i) axes[i] = static_cast<int64_t>(i);
  return axes;
}

void Infer(InferContext& op) {
  Shape shape = op.InputShape(0);
  const std::vector<int64_t> start = op.StaticIndices(1), stop = op.StaticIndices(2), step = op.StaticIndices(3);
  const std::vector<int64_t> axes = op.InputCount() > 4 ? op.StaticIndices(4) : DefaultAxes(start.size());
  op.Require(stop.size() == start.size() && step.size() == start.size() && axes.size() == start.size(),
             "lengths of start, stop, step and axes",
             StrCat(start.size(), ", ", stop.size(), ", ", step.size(), ", ", axes.size()), "equal ones");
  std::vector<bool> seen(static_cast<size_t>(shape.Rank()), false);
  for (size_t i = 0; i < start.size(); ++i) {
    const int64_t axis = shape.NormalizeAxis(axes[i]);
    op.Require(!seen[static_cast<size_t>(axis)], "axes", FormatAttribute(axes), "every axis once");
    op.Require(step[i] != 0, "step", FormatAttribute(step), "no zero");
    seen[static_cast<size_t>(axis)] = true;
    shape[axis] = MakeCut(shape[axis], start[i], stop[i], step[i]).count;
  }
  op.SetOutput(0, shape);
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const auto start = op.Input(1).ToVector<int64_t>(), stop = op.Input(2).ToVector<int64_t>(),
             step = op.Input(3).ToVector<int64_t>();
  const auto axes = op.InputCount() > 4 ? op.Input(4).ToVector<int64_t>() : DefaultAxes(start.size());
  std::vector<int64_t> strides = shape.Strides();
  int64_t first = 0;
  for (size_t i = 0; i < start.size(); ++i) {
    const int64_t axis = shape.NormalizeAxis(axes[i]);
    const Cut cut = MakeCut(shape[axis], start[i], stop[i], step[i]);
    int64_t& stride = strides[static_cast<size_t>(axis)];
    first += cut.first * stride;
    // A step beyond the axis is never taken; it must not overflow either.
    stride *= cut.count > 1 ? cut.step : 0;
  }
  CopyStrided(op.Input(0), first, strides, op.Output());
}

}  // namespace

OpSchema SliceSchema() {
  return {.name = "Slice",
          .opset = "opset8",
          .inputs = {"data", "start", "stop", "step", OptionalInput("axes")},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph

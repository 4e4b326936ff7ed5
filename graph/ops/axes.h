// Lists of axes as an input of an operator: what reductions and normalizations share.
#pragma once

#include <vector>

#include "graph/op_schema.h"

namespace moir::graph {

// The data's shape with size 1 on the listed axes, which may be negative; throws kBadModel when an axis is listed
// twice.
inline Shape WithoutAxes(const Shape& data, const std::vector<int64_t>& axes) {
  Shape kept = data;
  std::vector<bool> seen(static_cast<size_t>(data.Rank()), false);
  for (const int64_t axis : axes) {
    const int64_t place = data.NormalizeAxis(axis);
    if (seen[static_cast<size_t>(place)])
      Fail(ErrorKind::kBadModel, "axes [", Join(axes, ","), "]: axis ", place, " is listed twice");
    seen[static_cast<size_t>(place)] = true;
    kept[place] = 1;
  }
  return kept;
}

// The axes in input `index`, checked against the shape of input 0.
inline std::vector<int64_t> InferAxes(InferContext& op, size_t index = 1) {
  op.Require(op.InputType(index) == ElementType::kI64 || op.InputType(index) == ElementType::kI32,
             "element type of axes", op.InputType(index), "i32 or i64");
  op.Require(op.InputShape(index).Rank() <= 1, "shape of axes", op.InputShape(index), "a list or one number");
  std::vector<int64_t> axes = op.StaticIndices(index);
  WithoutAxes(op.InputShape(0), axes);
  for (int64_t& axis : axes) axis = op.InputShape(0).NormalizeAxis(axis);
  return axes;
}

}  // namespace moir::graph

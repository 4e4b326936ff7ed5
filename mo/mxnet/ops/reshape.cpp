// Reshape and its relatives. Codes of MXNet's shape attribute, read from left to right beside the axes of the data
// (with reverse: from right to left):
//    0  the data's axis       -1  what is left over, once        -2  all remaining axes
//   -3  two axes as one       -4  one axis as the next two sizes, one of which may be -1
// The pattern of the graph's Reshape knows 0 (the axis at the same position) and -1; codes are kept as these where they
// can be, so that the graph can be given another batch or picture size later.
#include <algorithm>

#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

// One axis of the result: its size, and the data's axis it is a copy of (-1: none).
struct Target {
  int64_t size;
  int64_t copy_of = -1;
  bool open = false;       // the code -1
  bool has_batch = false;  // made of the data's first axis and others
};

std::vector<Target> ReadCodes(const NodeConverter& node, std::vector<int64_t> codes, const Shape& data, bool reverse) {
  const int64_t rank = data.Rank();
  const auto axis_at = [&](int64_t position) { return reverse ? rank - 1 - position : position; };
  if (reverse) std::reverse(codes.begin(), codes.end());
  std::vector<Target> targets;
  int64_t position = 0;
  bool any_open = false;
  const auto next_axis = [&]() {
    node.Require(position < rank, "attribute shape: its codes ask for more axes than the data's ", data, " has");
    return axis_at(position++);
  };
  for (size_t i = 0; i < codes.size(); ++i) {
    const int64_t code = codes[i];
    if (code == 0) {
      const int64_t axis = next_axis();
      targets.push_back({data[axis], axis});
    } else if (code == -1) {
      if (any_open) node.Attrs().Refuse("shape", "at most one -1");
      any_open = true;
      targets.push_back({1, -1, true});
      ++position;
    } else if (code == -2) {
      while (position < rank) {
        const int64_t axis = next_axis();
        targets.push_back({data[axis], axis});
      }
    } else if (code == -3) {
      const int64_t a = next_axis(), b = next_axis();
      targets.push_back({data[a] * data[b], -1, false, a == 0 || b == 0});
    } else if (code == -4) {
      if (i + 2 >= codes.size()) node.Attrs().Refuse("shape", "two sizes after -4");
      const int64_t axis = next_axis(), size = data[axis];
      int64_t first = codes[++i], second = codes[++i];
      if (first == -1 && second == -1) node.Attrs().Refuse("shape", "at most one -1 after -4");
      if ((first < 1 && first != -1) || (second < 1 && second != -1))
        node.Attrs().Refuse("shape", "two sizes after -4");
      if (first == -1) first = size / second;
      else if (second == -1) second = size / first;
      // Both are 1 or more, so that a product that does not overflow is told by dividing.
      node.Require(first > 0 && second > 0 && size % first == 0 && size / first == second,
                   "attribute shape: got -4 with ", first, " and ", second, ", expected sizes whose product is ", size);
      targets.push_back({first});
      targets.push_back({second});
    } else if (code > 0) {
      targets.push_back({code});
      ++position;
    } else {
      node.Attrs().Refuse("shape", "codes from -4 and sizes");
    }
  }
  if (any_open) {
    int64_t known = 1;
    for (const Target& target : targets) {
      if (__builtin_mul_overflow(known, target.size, &known)) node.Attrs().Refuse("shape", "smaller sizes");
    }
    const int64_t count = data.NumElements();
    node.Require(known > 0 && count % known == 0, "attribute shape: ", known, " does not divide the ", count,
                 " elements of the data ", data);
    for (Target& target : targets) target.size = target.open ? count / known : target.size;
  }
  if (reverse) std::reverse(targets.begin(), targets.end());
  return targets;
}

}  // namespace

void ConvertReshape(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const std::vector<int64_t> codes = attrs.Ints("shape", std::vector<int64_t>{});
  const bool reverse = attrs.Bool("reverse", false);
  const Value data = node.Input(0);
  if (codes.empty()) attrs.Refuse("shape", "sizes or codes");
  const std::vector<Target> targets = ReadCodes(node, codes, data.Shape(), reverse);
  int64_t count = 1;
  for (const Target& target : targets) {
    if (__builtin_mul_overflow(count, target.size, &count)) attrs.Refuse("shape", "smaller sizes");
  }
  node.Require(count == data.Shape().NumElements(), "attribute shape: got \"", attrs.String("shape"),
               "\", expected one that holds the ", data.Shape().NumElements(), " elements of the data ", data.Shape());
  // The one axis that may stand open: the file's own -1, else one that the batch went into.
  size_t open = targets.size();
  for (size_t i = targets.size(); i-- > 0;) {
    if (targets[i].has_batch) open = i;
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].open) open = i;
  }
  std::vector<int64_t> pattern;
  for (size_t i = 0; i < targets.size(); ++i) {
    pattern.push_back(i == open ? -1 : targets[i].copy_of == static_cast<int64_t>(i) ? 0 : targets[i].size);
  }
  node.Output(node.Reshape(data, pattern));
}

void ConvertFlatten(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() >= 1, "data without axes");
  node.Output(node.Reshape(data, {0, -1}));
}

void ConvertReshapeLike(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const Shape from = data.Shape(), like = node.Input(1).Shape();
  // Axes [begin, end) of each side; the others of the data stay.
  const auto bound = [&](std::string_view name, int64_t rank, int64_t absent) {
    const int64_t value = attrs.OptionalInt(name).value_or(absent);
    const int64_t axis = value < 0 ? value + rank : value;
    if (axis < 0 || axis > rank) attrs.Refuse(name, StrCat("a position within ", rank, " axes"));
    return axis;
  };
  const int64_t left_begin = bound("lhs_begin", from.Rank(), 0), left_end = bound("lhs_end", from.Rank(), from.Rank());
  const int64_t right_begin = bound("rhs_begin", like.Rank(), 0),
                right_end = bound("rhs_end", like.Rank(), like.Rank());
  std::vector<int64_t> dims(from.begin(), from.begin() + left_begin);
  for (int64_t axis = right_begin; axis < right_end; ++axis) dims.push_back(like[axis]);
  for (int64_t axis = left_end; axis < from.Rank(); ++axis) dims.push_back(from[axis]);
  node.Output(node.Reshape(data, dims));
}

void ConvertExpandDims(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t axis = node.Axis(node.Attrs().Int("axis"), data.Shape().Rank() + 1);
  node.Output(node.Add("Unsqueeze", {data, node.Indices({axis}, "axes")}));
}

void ConvertSqueeze(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  std::vector<int64_t> axes;
  if (const auto given = node.Attrs().OptionalIntTuple("axis")) {
    for (const int64_t axis : *given) {
      axes.push_back(node.Axis(axis, shape.Rank()));
      if (shape[axes.back()] != 1) node.Attrs().Refuse("axis", StrCat("axes of size 1 of ", shape));
    }
  } else {
    for (int64_t axis = 0; axis < shape.Rank(); ++axis) {
      if (shape[axis] == 1) axes.push_back(axis);
    }
  }
  // Without NumPy's shape rules MXNet has no scalars: something is left.
  if (static_cast<int64_t>(axes.size()) == shape.Rank() && !axes.empty() && !node.GetSymbol().numpy_shapes)
    axes.erase(axes.begin());
  if (axes.empty()) return node.Output(node.Reshape(data, shape.Dims()));
  node.Output(node.Add("Squeeze", {data, node.Indices(axes, "axes")}));
}

}  // namespace moir::mo

// Shapes in the NumPy interface: reshape (two sets of codes), transpose and its relatives, broadcast_to, flips.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

// Codes of _npx_reshape, from left to right beside the axes of the data:
//   -1  what is left over, once   -2  the data's axis      -3  skips an axis of size 1   -4  all remaining axes
//   -5  two axes as one           -6  one axis as the next two sizes, one of which may be -1
// Everything else is a size.
class CodeReader {
 public:
  CodeReader(const NodeConverter& node, const Shape& data) : node_(node), data_(data) {}

  std::vector<int64_t> Read(const std::vector<int64_t>& codes) {
    for (size_t i = 0; i < codes.size(); ++i) {
      switch (codes[i]) {
        case -1:
          if (open_ >= 0) node_.Attrs().Refuse("newshape", "at most one -1");
          open_ = static_cast<int64_t>(dims_.size());
          dims_.push_back(1);
          ++position_;
          break;
        case -2: dims_.push_back(NextAxis()); break;
        case -3:
          if (NextAxis() != 1) node_.Attrs().Refuse("newshape", "-3 only beside an axis of size 1");
          break;
        case -4:
          while (position_ < data_.Rank()) dims_.push_back(NextAxis());
          break;
        case -5: {
          const int64_t first = NextAxis();
          dims_.push_back(first * NextAxis());
          break;
        }
        case -6:
          if (i + 2 >= codes.size()) node_.Attrs().Refuse("newshape", "two sizes after -6");
          ReadSplit(codes[i + 1], codes[i + 2]);
          i += 2;
          break;
        default:
          if (codes[i] < 0) node_.Attrs().Refuse("newshape", "codes from -6 and sizes");
          dims_.push_back(codes[i]);
          ++position_;
      }
    }
    if (open_ >= 0) {
      const int64_t known = Shape(dims_).NumElements(), count = data_.NumElements();
      node_.Require(known > 0 && count % known == 0, "attribute newshape: ", known, " does not divide the ", count,
                    " elements of the data ", data_);
      dims_[static_cast<size_t>(open_)] = count / known;
    }
    return dims_;
  }

 private:
  int64_t NextAxis() {
    node_.Require(position_ < data_.Rank(), "attribute newshape: its codes ask for more axes than the data's ", data_,
                  " has");
    return data_[position_++];
  }

  void ReadSplit(int64_t first, int64_t second) {
    const int64_t size = NextAxis();
    if (first == -1 && second == -1) node_.Attrs().Refuse("newshape", "at most one -1 after -6");
    if ((first < 1 && first != -1) || (second < 1 && second != -1))
      node_.Attrs().Refuse("newshape", "two sizes after -6");
    if (first == -1) first = size / second;
    if (second == -1) second = size / first;
    node_.Require(first * second == size, "attribute newshape: got -6 with ", first, " and ", second,
                  ", expected sizes whose product is ", size);
    dims_.push_back(first);
    dims_.push_back(second);
  }

  const NodeConverter& node_;
  const Shape& data_;
  std::vector<int64_t> dims_;
  int64_t position_ = 0, open_ = -1;
};

void RequireRowMajor(NodeConverter& node) {
  if (node.Attrs().String("order", "C") != "C")
    node.Unsupported("attribute order: moir has row-major data only (\"C\")");
}

// Codes may stand open for a batch that is chosen later: -1, and the data's axis at the same position.
Value ReshapeByCodes(NodeConverter& node, Value data, const std::vector<int64_t>& dims,
                     const std::vector<int64_t>& codes, bool keep_codes) {
  const bool any_zero = std::find(dims.begin(), dims.end(), 0) != dims.end();
  if (!keep_codes || any_zero || codes.size() != dims.size()) return ReshapeTo(node, data, dims);
  std::vector<int64_t> pattern = dims;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (codes[i] == -1) pattern[i] = -1;
    if (codes[i] == -2 && static_cast<int64_t>(i) < data.Shape().Rank() &&
        data.Shape()[static_cast<int64_t>(i)] == dims[i])
      pattern[i] = 0;
  }
  return node.Reshape(data, pattern);
}

std::vector<int64_t> Reversed(int64_t rank) {
  std::vector<int64_t> order = AxisRange(0, rank);
  std::reverse(order.begin(), order.end());
  return order;
}

Value TransposeBy(NodeConverter& node, Value data, const std::vector<int64_t>& order) {
  return order.empty() ? ReshapeTo(node, data, {}) : node.Transpose(data, order);
}

// Elements of the axes in reverse order.
Value Flip(NodeConverter& node, Value data, const std::vector<int64_t>& axes, std::string_view suffix = "flip") {
  if (axes.empty()) return ReshapeTo(node, data, data.Shape().Dims(), suffix);
  const size_t count = axes.size();
  return node.Add("Slice",
                  {data, node.Indices(std::vector<int64_t>(count, std::numeric_limits<int64_t>::max()), "start"),
                   node.Indices(std::vector<int64_t>(count, std::numeric_limits<int64_t>::min()), "stop"),
                   node.Indices(std::vector<int64_t>(count, -1), "step"), node.Indices(axes, "axes")},
                  {}, suffix);
}

}  // namespace

void ConvertNumpyReshape(NodeConverter& node) {
  node.RequireInputs(1);
  RequireRowMajor(node);
  const Value data = node.Input(0);
  const std::vector<int64_t> codes = node.Attrs().Ints("newshape");
  const bool reverse = node.Op() == "_npx_reshape" && node.Attrs().Bool("reverse", false);
  if (node.Op() == "_np_reshape") {
    for (const int64_t code : codes) {
      if (code < -1) node.Attrs().Refuse("newshape", "sizes, one of which may be -1");
    }
  }
  std::vector<int64_t> given = codes, sizes = data.Shape().Dims();
  if (reverse) {
    std::reverse(given.begin(), given.end());
    std::reverse(sizes.begin(), sizes.end());
  }
  const Shape seen(sizes);
  std::vector<int64_t> dims = CodeReader(node, seen).Read(given);
  if (reverse) std::reverse(dims.begin(), dims.end());
  node.Require(Shape(dims).NumElements() == data.Shape().NumElements(), "attribute newshape: got \"",
               node.Attrs().String("newshape"), "\", expected one that holds the ", data.Shape().NumElements(),
               " elements of the data ", data.Shape());
  node.Output(ReshapeByCodes(node, data, dims, codes, !reverse));
}

void ConvertNumpyTranspose(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  std::vector<int64_t> order = node.Attrs().OptionalIntTuple("axes").value_or(Reversed(rank));
  if (static_cast<int64_t>(order.size()) != rank) node.Attrs().Refuse("axes", StrCat(rank, " axes"));
  for (int64_t& axis : order) axis = node.Axis(axis, rank, "axes");
  node.Output(TransposeBy(node, data, order));
}

// Axes `source` to the places `destination`; the others keep their order.
void ConvertNumpyMoveAxis(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  const auto axes = [&](std::string_view name) {
    std::vector<int64_t> list = node.Attrs().Ints(name);
    for (int64_t& axis : list) axis = node.Axis(axis, rank, name);
    std::vector<int64_t> sorted = list;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) node.Attrs().Refuse(name, "every axis once");
    return list;
  };
  const std::vector<int64_t> source = axes("source"), destination = axes("destination");
  if (source.size() != destination.size())
    node.Attrs().Refuse("destination", StrCat(source.size(), " axes, as source"));
  std::vector<int64_t> order(static_cast<size_t>(rank), -1);
  for (size_t i = 0; i < source.size(); ++i) order[static_cast<size_t>(destination[i])] = source[i];
  int64_t next = 0;
  for (int64_t& axis : order) {
    if (axis >= 0) continue;
    while (std::find(source.begin(), source.end(), next) != source.end()) ++next;
    axis = next++;
  }
  node.Output(TransposeBy(node, data, order));
}

void ConvertNumpySqueeze(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  const bool given = !node.Attrs().IsNone("axis");
  std::vector<int64_t> axes;
  for (const int64_t axis : NumpyAxes(node, shape.Rank())) {
    if (shape[axis] == 1) axes.push_back(axis);
    else if (given) node.Attrs().Refuse("axis", StrCat("axes of size 1 of ", shape));
  }
  if (axes.empty()) return node.Output(ReshapeTo(node, data, shape.Dims()));
  node.Output(node.Add("Squeeze", {data, node.Indices(axes, "axes")}));
}

// A size of -2 is the data's.
void ConvertNumpyBroadcastTo(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  Shape target(node.Attrs().Ints("shape", std::vector<int64_t>{}));
  const int64_t lead = target.Rank() - data.Shape().Rank();
  if (lead < 0) node.Attrs().Refuse("shape", StrCat(data.Shape().Rank(), " sizes or more"));
  for (int64_t i = 0; i < target.Rank(); ++i) {
    if (target[i] == -2 && i >= lead) target[i] = data.Shape()[i - lead];
    if (target[i] < 0) node.Attrs().Refuse("shape", "sizes, or -2 for a size of the data");
  }
  node.Require(BroadcastsTo(data.Shape(), target), "data of shape ", data.Shape(), " does not broadcast to ", target);
  node.Output(node.Add("Broadcast", {data, node.Indices(target.Dims(), "target")}));
}

// Every input with axes of size 1 added until there are as many as the name says.
void ConvertNumpyAtLeast(NodeConverter& node) {
  const std::vector<Value> inputs = NumpyInputs(node);
  const int64_t least = node.Op() == "_np_atleast_1d" ? 1 : node.Op() == "_np_atleast_2d" ? 2 : 3;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::vector<int64_t> dims = inputs[i].Shape().Dims();
    if (least == 3 && dims.size() == 2) dims.push_back(1);
    if (least == 3 && dims.size() == 1) dims = {1, dims[0], 1};
    while (static_cast<int64_t>(dims.size()) < least) dims.insert(dims.begin(), 1);
    node.Output(i, ReshapeTo(node, inputs[i], dims));
  }
}

void ConvertNumpyFlip(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  std::vector<int64_t> axes = node.Attrs().Ints("axis");
  for (int64_t& axis : axes) axis = node.Axis(axis, data.Shape().Rank());
  node.Output(Flip(node, data, axes));
}

// k quarter turns from the first of `axes` towards the second.
void ConvertNumpyRot90(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  const std::vector<int64_t> axes = node.Attrs().Ints("axes");
  if (axes.size() != 2) node.Attrs().Refuse("axes", "two axes");
  const int64_t from = node.Axis(axes[0], rank, "axes"), to = node.Axis(axes[1], rank, "axes");
  if (from == to) node.Attrs().Refuse("axes", "two axes");
  const int64_t turns = ((node.Attrs().Int("k", 1) % 4) + 4) % 4;
  std::vector<int64_t> order = AxisRange(0, rank);
  std::swap(order[static_cast<size_t>(from)], order[static_cast<size_t>(to)]);
  if (turns == 0) return node.Output(ReshapeTo(node, data, data.Shape().Dims()));
  if (turns == 1) return node.Output(node.Transpose(Flip(node, data, {to}), order));
  if (turns == 2) return node.Output(Flip(node, data, {from, to}));
  node.Output(Flip(node, node.Transpose(data, order), {to}));
}

}  // namespace moir::mo

// Elements by coordinates; the first axis of the indices holds one coordinate per leading axis of the data.
//   gather_nd:         y[i.., r..] = data[indices[0, i..], indices[1, i..], ..., r..]
//   scatter_nd:        y = zeros of `shape`;  y[indices[0, i..], ..., r..] = data[i.., r..]
//   _scatter_set_nd:   the same into a copy of input 0, with the data as input 1
//   _contrib_index_copy: rows of a copy of input 0, at positions input 1, replaced by input 2
// Of several elements for one place the last one counts. Fractions of positions are cut off.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

Value Integers(NodeConverter& node, Value indices) {
  return IsInteger(indices.Type()) ? indices : node.Convert(indices, ElementType::kI32, "indices");
}

// The coordinates of each element behind one another, on the last axis.
Value CoordinatesLast(NodeConverter& node, Value indices) {
  const int64_t rank = indices.Shape().Rank();
  node.Require(rank >= 1, "indices without axes");
  indices = Integers(node, indices);
  if (rank == 1) return indices;
  std::vector<int64_t> order = AxisRange(1, rank);
  order.push_back(0);
  return node.Transpose(indices, order, "coordinates");
}

Value Scatter(NodeConverter& node, Value data, Value updates, Value indices) {
  node.Require(indices.Shape().Rank() >= 1 && indices.Shape()[0] <= data.Shape().Rank(), "indices of shape ",
               indices.Shape(), ": expected at most ", data.Shape().Rank(), " coordinates");
  const Value coordinates = CoordinatesLast(node, indices);
  return node.Add("ScatterNDUpdate", {data, coordinates, updates});
}

}  // namespace

void ConvertGatherNd(NodeConverter& node) {
  node.RequireInputs(2);
  const Value data = node.Input(0), indices = node.Input(1);
  node.Require(indices.Shape().Rank() >= 1 && indices.Shape()[0] <= data.Shape().Rank(), "indices of shape ",
               indices.Shape(), ": expected at most ", data.Shape().Rank(), " coordinates");
  const Value y = node.Add("GatherND", {data, CoordinatesLast(node, indices)}, {}, "gathered");
  // MXNet has no scalars.
  node.Output(y.Shape().Rank() == 0 && !node.GetSymbol().numpy_shapes ? node.Reshape(y, {1}) : y);
}

void ConvertScatterNd(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const Shape shape(attrs.Ints("shape"));
  if (node.Op() == "_scatter_set_nd") {
    node.RequireInputs(3);
    const Value data = node.Input(0);
    if (shape != data.Shape()) attrs.Refuse("shape", StrCat("that of the data, ", data.Shape()));
    return node.Output(Scatter(node, data, node.Input(1), node.Input(2)));
  }
  node.RequireInputs(2);
  for (const int64_t size : shape) {
    if (size < 1) attrs.Refuse("shape", "positive sizes");
  }
  RequireWritable(node, shape);
  const Value updates = node.Input(0);
  node.Output(Scatter(node, node.Constant(Tensor(updates.Type(), shape), "zeros"), updates, node.Input(1)));
}

void ConvertIndexCopy(NodeConverter& node) {
  node.RequireInputs(3);
  const Value data = node.Input(0), rows = node.Input(1), updates = node.Input(2);
  node.Require(rows.Shape().Rank() == 1, "index of shape ", rows.Shape(), ": expected one axis");
  const Value coordinates = node.Reshape(Integers(node, rows), {-1, 1}, "coordinates");
  node.Output(node.Add("ScatterNDUpdate", {data, coordinates, updates}));
}

}  // namespace moir::mo

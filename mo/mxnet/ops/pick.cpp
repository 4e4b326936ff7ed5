// pick: one element per position along `axis`, default -1, where input 1 says; outside the axis its positions are
// clamped (mode clip, the default) or wrapped around (mode wrap). keepdims leaves the axis with size 1.
// batch_take: the same for one element of each row.
// _contrib_boolean_mask: the slices along `axis` (0) whose mask is not 0; how many must be known at conversion.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

// `index` with the shape of data except along the axis, where its size is 1.
Value PickAlong(NodeConverter& node, Value data, Value index, int64_t axis, bool wrap) {
  const int64_t size = data.Shape()[axis];
  if (index.Type() != ElementType::kI64) index = node.Convert(index, ElementType::kI32, "places");
  if (wrap) {
    index = node.Add("FloorMod", {index, node.Scalar(static_cast<double>(size), index.Type(), "size")}, {}, "wrapped");
  } else {
    index = node.Add("Clamp", {index}, {{"min", 0.0}, {"max", static_cast<double>(size - 1)}}, "clamped");
  }
  return node.Add("GatherElements", {data, index}, {{"axis", axis}}, "picked");
}

}  // namespace

void ConvertPick(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  Value index = node.Input(1);
  if (attrs.Has("axis") && attrs.IsNone("axis")) attrs.Refuse("axis", "an axis");
  const int64_t rank = data.Shape().Rank();
  const int64_t axis = node.Axis(attrs.Int("axis", -1), rank);
  const bool keep = attrs.Bool("keepdims", false);
  const std::string mode = attrs.OneOf("mode", "clip", {"clip", "wrap"});
  Shape kept = data.Shape();
  kept[axis] = 1;
  std::vector<int64_t> dims = kept.Dims();
  dims.erase(dims.begin() + axis);
  if (index.Shape() != kept) {
    node.Require(index.Shape() == Shape(dims) || (rank == 1 && index.Shape() == Shape{1}), "index of shape ",
                 index.Shape(), ": expected ", Shape(dims));
    index = node.Reshape(index, kept.Dims(), "index");
  }
  const Value picked = PickAlong(node, data, index, axis, mode == "wrap");
  node.Output(keep || (rank == 1 && !node.GetSymbol().numpy_shapes)
                  ? picked
                  : node.Add("Squeeze", {picked, node.Indices({axis}, "axes")}));
}

void ConvertBatchTake(NodeConverter& node) {
  node.RequireInputs(2);
  const Value data = node.Input(0), index = node.Input(1);
  node.Require(data.Shape().Rank() == 2 && index.Shape() == Shape{data.Shape()[0]}, "shapes ", data.Shape(), " and ",
               index.Shape(), ": expected rows and one position for each");
  const Value picked = PickAlong(node, data, node.Reshape(index, {-1, 1}, "index"), 1, false);
  node.Output(node.Reshape(picked, {-1}));
}

void ConvertBooleanMask(NodeConverter& node) {
  node.RequireInputs(2);
  const Value data = node.Input(0), mask = node.Input(1);
  if (node.Attrs().Int("axis", 0) != 0) node.Attrs().Refuse("axis", "0");
  node.Require(data.Shape().Rank() >= 1 && mask.Shape() == Shape{data.Shape()[0]}, "index of shape ", mask.Shape(),
               ": expected one number for each of the slices of the data ", data.Shape());
  const Tensor* constant = mask.Constant();
  if (!constant)
    node.Unsupported(
        "the mask depends on the model's inputs, so the size of the result is not known; put it into the parameters");
  std::vector<int64_t> rows;
  const std::vector<double> values = constant->ToVector<double>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) rows.push_back(static_cast<int64_t>(i));
  }
  if (rows.empty()) node.Unsupported("the mask leaves nothing of the data ", data.Shape());
  node.Output(node.Add("Gather", {data, node.Indices(rows, "rows"), node.Index(0)}));
}

}  // namespace moir::mo

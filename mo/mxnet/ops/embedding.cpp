// Embedding: rows of a table [input_dim, output_dim].  take: slices of any tensor along `axis`, default 0.
// Indices may be floating-point numbers; they are cut to integers. Outside the axis they are clamped (mode clip, the
// default) or wrapped around (mode wrap).
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

Value Pick(NodeConverter& node, Value table, Value indices, int64_t axis, bool wrap) {
  const int64_t size = table.Shape()[axis];
  if (indices.Type() != ElementType::kI64) indices = node.Convert(indices, ElementType::kI32, "indices");
  if (wrap) {
    indices =
        node.Add("FloorMod", {indices, node.Scalar(static_cast<double>(size), indices.Type(), "size")}, {}, "wrapped");
  } else {
    indices = node.Add("Clamp", {indices}, {{"min", 0.0}, {"max", static_cast<double>(size - 1)}}, "clamped");
  }
  return node.Add("Gather", {table, indices, node.Index(axis)});
}

}  // namespace

void ConvertEmbedding(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const int64_t rows = attrs.Int("input_dim"), columns = attrs.Int("output_dim");
  if (rows < 1) attrs.Refuse("input_dim", "a positive number");
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  node.Output(Pick(node, node.Weight(1, {rows, columns}, type), node.Input(0), 0, false));
}

void ConvertTake(NodeConverter& node) {
  node.RequireInputs(2);
  const Value data = node.Input(0);
  const int64_t axis = node.Axis(node.Attrs().Int("axis", 0), data.Shape().Rank());
  const std::string mode = node.Attrs().OneOf("mode", "clip", {"clip", "raise", "wrap"});
  node.Output(Pick(node, data, node.Input(1), axis, mode == "wrap"));
}

void ConvertOneHot(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const int64_t depth = attrs.Int("depth");
  if (depth < 0) attrs.Refuse("depth", "a number from 0");
  const double on = attrs.Double("on_value", 1.0), off = attrs.Double("off_value", 0.0);
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  const Value indices = node.Convert(node.Input(0), ElementType::kI32, "indices");
  node.Output(node.Add(
      "OneHot", {indices, node.Index(depth, "depth"), node.Scalar(on, type, "on"), node.Scalar(off, type, "off")},
      {{"axis", int64_t{-1}}}));
}

}  // namespace moir::mo

// sum, mean, max, min, prod, nansum, nanprod and norm over `axis` (a number or several; all when absent or empty), or
// with exclude over all others. keepdims leaves axes of size 1. Reducing everything gives shape (1,), as MXNet has no
// scalars.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

void Reduce(NodeConverter& node, const char* op, Value data, std::vector<int64_t> axes, bool keep) {
  const int64_t rank = data.Shape().Rank();
  const bool all = static_cast<int64_t>(axes.size()) == rank;
  const bool reshaped = all && !keep && !node.GetSymbol().numpy_shapes;
  const Value y = node.Add(op, {data, node.Indices(axes, "axes")}, {{"keep_dims", keep}}, "reduced");
  node.Output(reshaped ? node.Reshape(y, {1}) : y);
}

std::vector<int64_t> Axes(NodeConverter& node, int64_t rank, bool exclude) {
  std::vector<int64_t> axes = node.Attrs().Ints("axis", std::vector<int64_t>{});
  if (axes.empty()) return AxisRange(0, rank);
  for (int64_t& axis : axes) axis = node.Axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) node.Attrs().Refuse("axis", "every axis once");
  if (!exclude) return axes;
  std::vector<int64_t> others;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (!std::binary_search(axes.begin(), axes.end(), axis)) others.push_back(axis);
  }
  return others;
}

}  // namespace

void ConvertReduce(NodeConverter& node) {
  node.RequireInputs(1);
  Value data = node.Input(0);
  const bool exclude = node.Attrs().Bool("exclude", false);
  const bool keep = node.Attrs().Bool("keepdims", false);
  const std::vector<int64_t> axes = Axes(node, data.Shape().Rank(), exclude);
  if (axes.empty()) return node.Output(node.Reshape(data, data.Shape().Dims()));
  std::string_view name = node.Op();
  if (name.starts_with("nan")) {
    // NaN counts as the neutral element.
    name.remove_prefix(3);
    if (IsFloat(data.Type())) {
      const Value neutral = node.Scalar(name == "prod" ? 1 : 0, data.Type(), "neutral");
      data = node.Add("Select", {node.Add("NotEqual", {data, data}, {}, "is_nan"), neutral, data}, {}, "numbers");
    }
  }
  Reduce(node,
         name == "sum"    ? "ReduceSum"
         : name == "mean" ? "ReduceMean"
         : name == "max"  ? "ReduceMax"
         : name == "min"  ? "ReduceMin"
                          : "ReduceProd",
         data, axes, keep);
}

void ConvertNorm(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const int64_t order = attrs.Int("ord", 2);
  if (order != 1 && order != 2) attrs.Refuse("ord", "1 or 2");
  if (attrs.OptionalDType("out_dtype")) node.Unsupported("attribute out_dtype: a norm in another type");
  const Value data = node.Input(0);
  const bool keep = attrs.Bool("keepdims", false);
  Reduce(node, order == 1 ? "ReduceL1" : "ReduceL2", data, Axes(node, data.Shape().Rank(), false), keep);
}

}  // namespace moir::mo

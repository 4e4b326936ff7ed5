// moments: mean and variance (over the count, not the count less one) along `axes`, which must be given.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertMoments(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  std::vector<int64_t> axes = attrs.Ints("axes", std::vector<int64_t>{});
  const bool keep = attrs.Bool("keepdims", false);
  if (axes.empty()) attrs.Refuse("axes", "at least one axis");
  if (!IsFloat(data.Type())) node.Unsupported("data of ", data.Type(), ": moments of integers, which MXNet cuts");
  for (int64_t& axis : axes) axis = node.Axis(axis, rank, "axes");
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) attrs.Refuse("axes", "every axis once");
  const Value list = node.Indices(axes, "axes");
  const Value mean = node.Add("ReduceMean", {data, list}, {{"keep_dims", true}}, "mean");
  const Value difference = node.Add("Subtract", {data, mean});
  const Value variance = node.Add("ReduceMean", {node.Add("Multiply", {difference, difference}, {}, "squares"), list},
                                  {{"keep_dims", true}}, "variance");
  const bool all = static_cast<int64_t>(axes.size()) == rank;
  const auto finish = [&](Value value, std::string_view suffix) {
    if (keep) return value;
    if (all && !node.GetSymbol().numpy_shapes) return node.Reshape(value, {1}, suffix);
    return node.Add("Squeeze", {value, list}, {}, suffix);
  };
  node.Output(0, finish(mean, "mean_out"));
  node.Output(1, finish(variance, "variance_out"));
}

}  // namespace moir::mo

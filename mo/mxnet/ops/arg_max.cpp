// argmax, argmin: the position of the largest or smallest element along `axis`, or in the flattened data when it is
// absent. argmax_channel: along axis 1. Positions have the type of the data.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertArgMax(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  const bool by_channel = node.Op() == "argmax_channel";
  const std::optional<int64_t> given = by_channel ? 1 : attrs.OptionalInt("axis");
  const bool keep = !by_channel && attrs.Bool("keepdims", false);
  const int64_t axis = given ? node.Axis(*given, rank) : 0;
  const Value searched = given ? data : node.Reshape(data, {-1}, "flat");
  const Value place = node.Convert(
      node.Add("ArgMax", {searched}, {{"axis", axis}, {"mode", node.Op() == "argmin" ? "min" : "max"}}, "place"),
      data.Type());
  // The flattened data leave one number, shape (1,), as does the only axis there is: MXNet has no scalars.
  if (given && keep) return node.Output(place);
  if (!given) {
    return node.Output(keep ? node.Reshape(place, std::vector<int64_t>(static_cast<size_t>(rank), 1), "ones") : place);
  }
  node.Output(rank == 1 && !node.GetSymbol().numpy_shapes ? place
                                                          : node.Add("Squeeze", {place, node.Indices({axis}, "axes")}));
}

}  // namespace moir::mo

// cumsum: running sums along `axis`, of the flattened data when it is absent. With dtype the elements are converted
// before they are added.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertCumSum(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const std::optional<int64_t> given = attrs.OptionalInt("axis");
  const std::optional<ElementType> type = attrs.OptionalDType("dtype");
  Value data = node.Input(0);
  if (!given) data = node.Reshape(data, {-1}, "flat");
  const int64_t axis = node.Axis(given.value_or(0), data.Shape().Rank());
  if (type) data = node.Convert(data, *type, "terms");
  else if (data.Type() == ElementType::kBool) data = node.Convert(data, ElementType::kI64, "terms");
  node.Output(node.Add("CumSum", {data, node.Index(axis)}));
}

}  // namespace moir::mo

// Correlation of two feature maps: an operator of our own set that means what MXNet's does.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertCorrelation(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const auto size = [&](std::string_view name, int64_t absent, int64_t low) {
    const int64_t value = attrs.Int(name, absent);
    if (value < low) attrs.Refuse(name, StrCat("a number from ", low));
    return value;
  };
  const graph::Attributes attributes = {
      {"kernel_size", size("kernel_size", 1, 1)}, {"max_displacement", size("max_displacement", 1, 0)},
      {"stride1", size("stride1", 1, 1)},         {"stride2", size("stride2", 1, 1)},
      {"pad_size", size("pad_size", 0, 0)},       {"is_multiply", attrs.Bool("is_multiply", true)}};
  node.Output(node.Add("Correlation", {node.Input(0), node.Input(1)}, attributes));
}

}  // namespace moir::mo

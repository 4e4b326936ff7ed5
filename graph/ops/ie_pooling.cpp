// Layer Pooling: MaxPool or AvgPool.
// in 0: data [N, C, D1..Ds].
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  using Sizes = std::vector<int64_t>;
  Attributes attributes = {{"kernel", layer.Attr<Sizes>("kernel")},
                           {"strides", layer.Attr<Sizes>("strides")},
                           {"pads_begin", layer.Attr<Sizes>("pads_begin")},
                           {"pads_end", layer.Attr<Sizes>("pads_end")},
                           {"rounding_type", layer.Attr<std::string>("rounding_type")},
                           {"auto_pad", layer.Attr<std::string>("auto_pad")}};
  if (layer.Attr<std::string>("pool-method") == "max")
    return {layer.Add("MaxPool", "pool", {layer.Input(0)}, std::move(attributes))};
  attributes["exclude-pad"] = layer.Attr<bool>("exclude-pad");
  return {layer.Add("AvgPool", "pool", {layer.Input(0)}, std::move(attributes))};
}

}  // namespace

OpSchema IePoolingSchema() {
  const std::vector<int64_t> none;
  return IeSchema("Pooling", {"data"},
                  {RequiredAttribute<std::vector<int64_t>>("kernel"),
                   {"strides", none},
                   {"pads_begin", none},
                   {"pads_end", none},
                   {"exclude-pad", false},
                   AttributeSchema::OneOf("pool-method", {"max", "avg"}),
                   AttributeSchema::OneOf("rounding_type", {"floor", "ceil"}),
                   AttributeSchema::OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"})},
                  Expand);
}

}  // namespace moir::graph

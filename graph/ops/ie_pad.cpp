// Layer Pad: pads_begin and pads_end elements before and after along every axis.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Value begin = layer.Indices("pads_begin", layer.Attr<std::vector<int64_t>>("pads_begin"));
  const Value end = layer.Indices("pads_end", layer.Attr<std::vector<int64_t>>("pads_end"));
  const auto& mode = layer.Attr<std::string>("pad_mode");
  std::vector<Value> inputs = {layer.Input(0), begin, end};
  if (mode == "constant") inputs.push_back(layer.Scalar("pad_value", layer.Attr<double>("pad_value"), layer.Input(0)));
  return {layer.Add("Pad", "pad", std::move(inputs), {{"pad_mode", mode}})};
}

}  // namespace

OpSchema IePadSchema() {
  return IeSchema("Pad", {"data"},
                  {RequiredAttribute<std::vector<int64_t>>("pads_begin"),
                   RequiredAttribute<std::vector<int64_t>>("pads_end"),
                   AttributeSchema::OneOf("pad_mode", {"constant", "edge", "reflect", "symmetric"}),
                   {"pad_value", 0.0}},
                  Expand);
}

}  // namespace moir::graph

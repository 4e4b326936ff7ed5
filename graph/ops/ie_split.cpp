// Layer Split: pieces of out_sizes[i] along `axis`. Files that do not say the sizes tell them by the shapes of the
// ports.
#include <algorithm>

#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const auto& sizes = layer.Attr<std::vector<int64_t>>("out_sizes");
  const int64_t axis = layer.Attr<int64_t>("axis");
  layer.Require(!sizes.empty(), "out_sizes", "nothing", "one size per output");
  const bool equal = std::all_of(sizes.begin(), sizes.end(), [&](int64_t size) { return size == sizes[0]; });
  const Value axis_input = layer.Constant("axis", Tensor::Scalar<int64_t>(axis));
  Node* split =
      equal ? layer.AddNode("Split", "split", {layer.Input(0), axis_input},
                            {{"num_splits", static_cast<int64_t>(sizes.size())}})
            : layer.AddNode("VariadicSplit", "split", {layer.Input(0), axis_input, layer.Indices("lengths", sizes)});
  std::vector<Value> outputs;
  for (size_t i = 0; i < split->OutputCount(); ++i) outputs.push_back(split->Output(i));
  layer.Require(
      outputs.size() == sizes.size() && outputs[0].Shape()[outputs[0].Shape().NormalizeAxis(axis)] == sizes[0],
      "out_sizes", FormatAttribute(sizes), StrCat("a partition of ", layer.InputShape(0), " along axis ", axis));
  return outputs;
}

}  // namespace

OpSchema IeSplitSchema() {
  OpSchema schema =
      IeSchema("Split", {"data"}, {{"axis", int64_t{1}}, RequiredAttribute<std::vector<int64_t>>("out_sizes")}, Expand);
  schema.outputs = 0;
  return schema;
}

}  // namespace moir::graph

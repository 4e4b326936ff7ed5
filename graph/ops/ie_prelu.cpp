// Layer PReLU: x where x > 0, otherwise x * weights[channel]; channel_shared: one weight for all channels.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  const int64_t count = layer.InputShape(1).NumElements();
  const int64_t channels = data.Rank() > 1 ? data[1] : 1;
  const bool shared = layer.Attr<int64_t>("channel_shared") != 0;
  layer.Require(count == 1 || (!shared && count == channels), "weights", StrCat(count, " values"),
                shared ? std::string("1 for a shared slope") : StrCat(channels, ", one per channel of ", data));
  return {layer.Add("PRelu", "prelu", {layer.Input(0), layer.Reshaped(layer.Input(1), "slope", Shape{count})})};
}

}  // namespace

OpSchema IePReLUSchema() { return IeSchema("PReLU", {"data", "weights"}, {{"channel_shared", int64_t{0}}}, Expand); }

}  // namespace moir::graph

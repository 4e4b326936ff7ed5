// Layer Power: y = (x * scale + shift) ^ power. Steps that change nothing are left out: power 1, scale 1, shift 0 is
// the identity.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  Value x = layer.Input(0);
  const double power = layer.Attr<double>("power"), scale = layer.Attr<double>("scale"),
               shift = layer.Attr<double>("shift");
  if (scale != 1) x = layer.Add("Multiply", "multiply", {x, layer.Scalar("scale", scale, x)});
  if (shift != 0) x = layer.Add("Add", "add", {x, layer.Scalar("shift", shift, x)});
  if (power == 0.5) return {layer.Add("Sqrt", "root", {x})};
  if (power != 1) x = layer.Add("Power", "power", {x, layer.Scalar("exponent", power, x)});
  return {x};
}

}  // namespace

OpSchema IePowerSchema() {
  return IeSchema("Power", {"data"}, {{"power", 1.0}, {"scale", 1.0}, {"shift", 0.0}}, Expand);
}

}  // namespace moir::graph

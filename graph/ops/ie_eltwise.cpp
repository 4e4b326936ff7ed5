// Layer Eltwise: sum, product or maximum of two or more inputs; a sum may have a coefficient per input.
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const auto& operation = layer.Attr<std::string>("operation");
  const auto& coefficients = layer.Attr<std::vector<double>>("coeff");
  layer.Require(coefficients.empty() || (operation == "sum" && coefficients.size() == layer.InputCount()), "coeff",
                FormatAttribute(coefficients), "one number per input of a sum");
  const char* op = operation == "sum" ? "Add" : operation == "max" ? "Maximum" : "Multiply";
  Value out;
  for (size_t i = 0; i < layer.InputCount(); ++i) {
    Value x = layer.Input(i);
    if (!coefficients.empty() && coefficients[i] != 1)
      x = layer.Add("Multiply", StrCat("scale", i), {x, layer.Scalar(StrCat("coeff", i), coefficients[i], x)});
    out = out ? layer.Add(op, StrCat(operation, i), {out, x}) : x;
  }
  return {out};
}

}  // namespace

OpSchema IeEltwiseSchema() {
  return IeSchema(
      "Eltwise", {VariadicInput("data")},
      {AttributeSchema::OneOf("operation", {"sum", "mul", "prod", "max"}), {"coeff", std::vector<double>{}}}, Expand);
}

}  // namespace moir::graph

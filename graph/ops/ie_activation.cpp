// Layer Activation: a function of one number, chosen by `type`.
//   relu(negative_slope) elu(alpha) tanh logistic sigmoid square abs sqrt linear(alpha, beta) bounded_relu(alpha)
//   soft_relu: log(1 + exp(x)) relu6(n) clamp(min, max)
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  const auto& type = layer.Attr<std::string>("type");
  const Value x = layer.Input(0);
  // The defaults depend on the type.
  const auto number = [&](std::string_view name, double otherwise) {
    return layer.Has(name) ? layer.Attr<double>(name) : otherwise;
  };
  const auto unary = [&](std::string_view op) -> std::vector<Value> { return {layer.Add(op, type, {x})}; };
  const auto clamp = [&](double low, double high) -> std::vector<Value> {
    return {layer.Add("Clamp", type, {x}, {{"min", low}, {"max", high}})};
  };
  if (type == "tanh") return unary("Tanh");
  if (type == "logistic" || type == "sigmoid") return unary("Sigmoid");
  if (type == "abs") return unary("Abs");
  if (type == "sqrt") return unary("Sqrt");
  if (type == "soft_relu") return unary("SoftPlus");
  if (type == "square") return {layer.Add("Multiply", type, {x, x})};
  if (type == "elu") return {layer.Add("Elu", type, {x}, {{"alpha", number("alpha", 1)}})};
  if (type == "bounded_relu") return clamp(0, number("alpha", 0));
  if (type == "relu6") return clamp(0, number("n", 6));
  if (type == "clamp") return clamp(number("min", 0), number("max", 1));
  if (type == "linear") {
    const Value scaled = layer.Add("Multiply", "scale", {x, layer.Scalar("alpha", number("alpha", 1), x)});
    return {layer.Add("Add", "shift", {scaled, layer.Scalar("beta", number("beta", 0), x)})};
  }
  const double slope = number("negative_slope", 0);
  if (slope == 0) return unary("ReLU");
  return {layer.Add("PRelu", type,
                    {x, layer.Constant("slope", Tensor::FromValues<double>(Shape{1}, {slope}).ConvertTo(x.Type()))})};
}

}  // namespace

OpSchema IeActivationSchema() {
  return IeSchema("Activation", {"data"},
                  {AttributeSchema::OneOf("type", {"relu", "elu", "tanh", "logistic", "sigmoid", "square", "abs",
                                                   "sqrt", "linear", "bounded_relu", "soft_relu", "relu6", "clamp"}),
                   {"negative_slope", 0.0},
                   {"alpha", 0.0},
                   {"beta", 0.0},
                   {"n", 0.0},
                   {"min", 0.0},
                   {"max", 0.0}},
                  Expand);
}

}  // namespace moir::graph

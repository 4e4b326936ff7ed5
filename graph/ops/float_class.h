// Schemas of questions about one float number: is it finite, infinite, no number?
#pragma once

#include <string>
#include <vector>

#include "graph/ops/elementwise.h"

namespace moir::graph {

// y = f(op, x), a boolean, for every float type; `op` is there for attributes.
template <typename F>
OpSchema FloatClassSchema(std::string name, std::vector<AttributeSchema> attributes, F f) {
  return {.name = std::move(name),
          .opset = "opset10",
          .inputs = {"data"},
          .attributes = std::move(attributes),
          .infer =
              [](InferContext& op) {
                RequireFloat(op, 0);
                op.SetOutput(0, ElementType::kBool, op.InputShape(0));
              },
          .evaluate =
              [f](EvalContext& op) {
                DispatchFloat(op.Input(0).Type(), [&](auto tag) {
                  const auto x = op.Input(0).Values<decltype(tag)>();
                  const auto y = op.Output().MutableValues<bool>();
                  for (size_t i = 0; i < y.size(); ++i) y[i] = f(op, x[i]);
                });
              }};
}

}  // namespace moir::graph

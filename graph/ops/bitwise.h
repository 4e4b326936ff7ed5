// Schemas of operators on the bits of integers; booleans are one bit.
#pragma once

#include <string>

#include "graph/ops/elementwise.h"

namespace moir::graph {

inline void RequireBits(const InferContext& op, size_t index) {
  op.Require(IsInteger(op.InputType(index)) || op.InputType(index) == ElementType::kBool,
             StrCat("element type of input ", index), op.InputType(index), "an integer type or boolean");
}

// y = f(a, b) for integers and booleans, with NumPy broadcasting.
template <typename F>
OpSchema BitwiseSchema(std::string name, F f) {
  return {.name = std::move(name),
          .opset = "opset13",
          .inputs = {"a", "b"},
          .attributes = {AutoBroadcastAttribute()},
          .infer =
              [](InferContext& op) {
                RequireBits(op, 0);
                op.RequireSameType(0, 1);
                op.SetOutput(0, BinaryShape(op, 0, 1));
              },
          .evaluate =
              [f](EvalContext& op) {
                if (op.Input(0).Type() == ElementType::kBool) return MapPairs<bool, bool>(op, f);
                DispatchArithmetic(op.Input(0).Type(), [&](auto tag) {
                  using T = decltype(tag);
                  if constexpr (std::is_integral_v<T>) MapPairs<T, T>(op, f);
                });
              }};
}

}  // namespace moir::graph

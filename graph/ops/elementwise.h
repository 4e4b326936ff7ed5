// Schemas of operators that work element by element, from the function of one element.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <type_traits>

#include "graph/op_schema.h"

namespace moir::graph {

void RequireNumeric(const InferContext& op, size_t index);
void RequireFloat(const InferContext& op, size_t index);
void RequireBoolean(const InferContext& op, size_t index);

void InferUnary(InferContext& op);
void InferFloatUnary(InferContext& op);

// f of every element of input 0, as T.
template <typename T, typename F>
void MapElements(EvalContext& op, F f) {
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<T>(f(x[i]));
}

// y = f(x) for every arithmetic type; f is a generic lambda of one element that returns the same type.
template <typename F>
OpSchema UnarySchema(std::string name, F f, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"data"},
          .infer = InferUnary,
          .evaluate = [f](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { MapElements<decltype(tag)>(op, f); });
          }};
}

// Calls evaluate(tag) with float{} or double{}; other types fail (shape inference refuses them first).
template <typename F>
void DispatchFloat(ElementType type, F&& evaluate) {
  if (type == ElementType::kF64) return evaluate(double{});
  Check(type == ElementType::kF32, "f32 or f64 was expected, not ", type);
  evaluate(float{});
}

// y = f(x) for float types only, computed in double and rounded once.
template <typename F>
OpSchema FloatUnarySchema(std::string name, F f, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"data"},
          .infer = InferFloatUnary,
          .evaluate = [f](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              MapElements<decltype(tag)>(op, [&](auto x) { return f(static_cast<double>(x)); });
            });
          }};
}

// Calls step(offset_a, offset_b, position) for every position of `out`, with the offsets of two broadcast inputs.
template <typename Step>
void ForEachBroadcast(const Shape& a, const Shape& b, const Shape& out, Step step) {
  const std::vector<int64_t> a_strides = BroadcastStrides(a, out);
  const std::vector<int64_t> b_strides = BroadcastStrides(b, out);
  const int64_t rank = out.Rank();
  const int64_t count = out.NumElements();
  std::vector<int64_t> index(static_cast<size_t>(rank), 0);
  int64_t a_offset = 0, b_offset = 0;
  for (int64_t position = 0; position < count; ++position) {
    step(static_cast<size_t>(a_offset), static_cast<size_t>(b_offset), static_cast<size_t>(position));
    for (int64_t axis = rank; axis-- > 0;) {
      const auto k = static_cast<size_t>(axis);
      a_offset += a_strides[k];
      b_offset += b_strides[k];
      if (++index[k] < out[axis]) break;
      index[k] = 0;
      a_offset -= a_strides[k] * out[axis];
      b_offset -= b_strides[k] * out[axis];
    }
  }
}

AttributeSchema AutoBroadcastAttribute();

// The shape of f(input a, input b) under attribute auto_broadcast.
Shape BinaryShape(const InferContext& op, size_t a, size_t b);

void InferBinary(InferContext& op);
void InferComparison(InferContext& op);
void InferLogical(InferContext& op);

// f of every pair of elements of inputs 0 and 1, from From to To.
template <typename From, typename To, typename F>
void MapPairs(EvalContext& op, F f) {
  const auto a = op.Input(0).Values<From>();
  const auto b = op.Input(1).Values<From>();
  const auto y = op.Output().MutableValues<To>();
  ForEachBroadcast(op.Input(0).Shape(), op.Input(1).Shape(), op.Output().Shape(),
                   [&](size_t i, size_t j, size_t k) { y[k] = static_cast<To>(f(a[i], b[j])); });
}

// y = f(a, b) with NumPy broadcasting, for every arithmetic type.
template <typename F>
OpSchema BinarySchema(std::string name, F f, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"a", "b"},
          .attributes = {AutoBroadcastAttribute()},
          .infer = InferBinary,
          .evaluate = [f](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { MapPairs<decltype(tag), decltype(tag)>(op, f); });
          }};
}

// y = f(a, b), a boolean, with NumPy broadcasting, for every type.
template <typename F>
OpSchema ComparisonSchema(std::string name, F f) {
  return {.name = std::move(name),
          .inputs = {"a", "b"},
          .attributes = {AutoBroadcastAttribute()},
          .infer = InferComparison,
          .evaluate = [f](EvalContext& op) {
            if (op.Input(0).Type() == ElementType::kBool) return MapPairs<bool, bool>(op, f);
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { MapPairs<decltype(tag), bool>(op, f); });
          }};
}

// y = f(a, b) of booleans, with NumPy broadcasting.
template <typename F>
OpSchema LogicalSchema(std::string name, F f) {
  return {.name = std::move(name),
          .inputs = {"a", "b"},
          .attributes = {AutoBroadcastAttribute()},
          .infer = InferLogical,
          .evaluate = [f](EvalContext& op) { MapPairs<bool, bool>(op, f); }};
}

// What f gives for floats; integers wrap around like unsigned ones instead of overflowing.
template <typename F>
auto Wrapping(F f) {
  return [f](auto a, auto b) {
    using T = decltype(a);
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
    } else {
      return f(a, b);
    }
  };
}

// Sums of products: double for floats, wrapping 64-bit integers otherwise.
template <typename T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

}  // namespace moir::graph

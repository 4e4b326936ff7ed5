// Schemas of reductions. in 0: data.  in 1: axes, i32 or i64, known when shapes are settled.
// attr keep_dims: whether reduced axes stay with size 1.  Without axes every element is a group of its own.
#pragma once

#include <string>
#include <vector>

#include "graph/ops/axes.h"
#include "graph/ops/elementwise.h"

namespace moir::graph {

inline void InferReduce(InferContext& op) {
  std::vector<bool> reduced(static_cast<size_t>(op.InputShape(0).Rank()), false);
  for (const int64_t axis : InferAxes(op)) reduced[static_cast<size_t>(axis)] = true;
  const bool keep_dims = op.Attr<bool>("keep_dims");
  std::vector<int64_t> dims;
  for (size_t i = 0; i < reduced.size(); ++i) {
    if (!reduced[i]) dims.push_back(op.InputShape(0).Dims()[i]);
    else if (keep_dims) dims.push_back(1);
  }
  op.SetOutput(0, Shape(std::move(dims)));
}

// A reducer of elements T starts as `start`, takes the elements of a group one by one (Take(T)) and yields
// Result(count).
template <typename T, typename Reducer>
void EvaluateReduce(EvalContext& op, const Reducer& start) {
  const Shape& data = op.Input(0).Shape();
  const Shape kept = WithoutAxes(data, op.Input(1).ToVector<int64_t>());
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  std::vector<Reducer> reducers(y.size(), start);
  ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) { reducers[j].Take(x[i]); });
  const int64_t count = y.empty() ? 0 : data.NumElements() / static_cast<int64_t>(y.size());
  for (size_t j = 0; j < y.size(); ++j) y[j] = reducers[j].Result(count);
}

// `make` is a generic lambda that returns the reducer for an element. (A template parameter that is itself a template
// would do without it, but GCC 12 gives such instantiations external linkage even when the argument lies in an unnamed
// namespace: all reducers of one name would become one.)
template <typename MakeReducer>
OpSchema ReduceSchema(std::string name, MakeReducer make, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"data", "axes"},
          .attributes = {{"keep_dims", false}},
          .infer =
              [](InferContext& op) {
                RequireNumeric(op, 0);
                InferReduce(op);
              },
          .evaluate =
              [make](EvalContext& op) {
                DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { EvaluateReduce<decltype(tag)>(op, make(tag)); });
              }};
}

// The same for float types only.
template <typename MakeReducer>
OpSchema FloatReduceSchema(std::string name, MakeReducer make, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"data", "axes"},
          .attributes = {{"keep_dims", false}},
          .infer =
              [](InferContext& op) {
                RequireFloat(op, 0);
                InferReduce(op);
              },
          .evaluate =
              [make](EvalContext& op) {
                DispatchFloat(op.Input(0).Type(), [&](auto tag) { EvaluateReduce<decltype(tag)>(op, make(tag)); });
              }};
}

}  // namespace moir::graph

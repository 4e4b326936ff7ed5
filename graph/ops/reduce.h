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

// Reducer<T> starts default-constructed, takes the elements of a group one by one (Take(T)) and yields Result(count).
// Each has a name of its own, anonymous namespace or not: GCC before 15 gives templates over class templates of an anonymous namespace
// external linkage, and the linker would take one reduction for all of one name.
template <template <typename> typename Reducer, typename T>
void EvaluateReduce(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape kept = WithoutAxes(data, op.Input(1).ToVector<int64_t>());
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  std::vector<Reducer<T>> reducers(y.size());
  ForEachBroadcast(data, kept, data, [&](size_t i, size_t j, size_t) { reducers[j].Take(x[i]); });
  const int64_t count = y.empty() ? 0 : data.NumElements() / static_cast<int64_t>(y.size());
  for (size_t j = 0; j < y.size(); ++j) y[j] = reducers[j].Result(count);
}

template <template <typename> typename Reducer>
OpSchema ReduceSchema(std::string name, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"data", "axes"},
          .attributes = {{"keep_dims", false}},
          .infer = [](InferContext& op) {
            RequireNumeric(op, 0);
            InferReduce(op);
          },
          .evaluate = [](EvalContext& op) { DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { EvaluateReduce<Reducer, decltype(tag)>(op); }); }};
}

// The same for float types only.
template <template <typename> typename Reducer>
OpSchema FloatReduceSchema(std::string name, std::string opset = "opset1") {
  return {.name = std::move(name),
          .opset = std::move(opset),
          .inputs = {"data", "axes"},
          .attributes = {{"keep_dims", false}},
          .infer = [](InferContext& op) {
            RequireFloat(op, 0);
            InferReduce(op);
          },
          .evaluate = [](EvalContext& op) { DispatchFloat(op.Input(0).Type(), [&](auto tag) { EvaluateReduce<Reducer, decltype(tag)>(op); }); }};
}

}  // namespace moir::graph

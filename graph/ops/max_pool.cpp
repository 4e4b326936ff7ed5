// MaxPool: the largest element of each window; padding never wins, and a window that holds no data gives the type's
// lowest value.
// in 0: data [N, C, D1..Ds], s = 1 to 3, numeric.  out 0: [N, C, ...].
// attr kernel: required; strides default 1; rounding_type: how the number of windows is rounded.
#include <limits>

#include "graph/ops/elementwise.h"
#include "graph/ops/pooling.h"

namespace moir::graph {
namespace {

template <typename T>
void Evaluate(EvalContext& op) {
  const Window w = PoolingWindow(op.GetNode(), op.Input(0).Shape());
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  ForEachPool(op.Input(0).Shape(), w, [&](int64_t plane, const PoolRange& range) {
    T largest = std::numeric_limits<T>::lowest();
    for (int64_t z = range.begin[0]; z < range.end[0]; ++z) {
      for (int64_t y = range.begin[1]; y < range.end[1]; ++y) {
        const T* row = src + ((plane * w.in[0] + z) * w.in[1] + y) * w.in[2];
        for (int64_t x = range.begin[2]; x < range.end[2]; ++x) largest = row[x] > largest ? row[x] : largest;
      }
    }
    *dst++ = largest;
  });
}

}  // namespace

OpSchema MaxPoolSchema() {
  return {.name = "MaxPool",
          .inputs = {"data"},
          .attributes = PoolingAttributes(),
          .infer =
              [](InferContext& op) {
                RequireNumeric(op, 0);
                InferPooling(op);
              },
          .evaluate =
              [](EvalContext& op) {
                DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
              }};
}

}  // namespace moir::graph

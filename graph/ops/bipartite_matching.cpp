// BipartiteMatching: greedy pairs of rows and columns by score, as MXNet's _contrib_bipartite_matching.
// in 0: scores [.., R, C]; each leading index is a batch of its own.  out 0: [.., R], the column of each row.
// out 1: [.., C], the row of each column; -1 for those without a partner.
// Scores are gone through from the best on (the largest, or the smallest with is_ascend), equals in their order. A pair
// is made where both are free; the first free pair whose score is not above (below) threshold ends it. topk > 0 ends it
// after topk + 1 pairs, as MXNet counts.
#include <algorithm>
#include <numeric>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  const Shape& scores = op.InputShape(0);
  op.Require(scores.Rank() >= 2, "shape of scores", scores, "at least two axes");
  std::vector<int64_t> rows(scores.begin(), scores.end() - 1), columns = rows;
  columns.back() = scores[scores.Rank() - 1];
  op.SetOutput(0, Shape(std::move(rows)));
  op.SetOutput(1, Shape(std::move(columns)));
}

template <typename T>
void Match(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t rows = shape[shape.Rank() - 2], columns = shape[shape.Rank() - 1], size = rows * columns;
  const bool ascend = op.Attr<bool>("is_ascend");
  const T threshold = static_cast<T>(static_cast<float>(op.Attr<double>("threshold")));
  const int64_t topk = op.Attr<int64_t>("topk");
  const auto better = [ascend](T a, T b) { return ascend ? a < b : a > b; };
  const auto row_of = op.Output(1).MutableValues<T>(), column_of = op.Output(0).MutableValues<T>();
  std::fill(row_of.begin(), row_of.end(), T(-1));
  std::fill(column_of.begin(), column_of.end(), T(-1));
  std::vector<int64_t> order(static_cast<size_t>(size));
  for (int64_t batch = 0; batch < shape.NumElements(0, shape.Rank() - 2); ++batch) {
    const T* scores = op.Input(0).Values<T>().data() + batch * size;
    T *column = column_of.data() + batch * rows, *row = row_of.data() + batch * columns;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return better(scores[a], scores[b]); });
    int64_t pairs = 0;
    for (const int64_t at : order) {
      const int64_t r = at / columns, c = at % columns;
      if (column[r] != -1 || row[c] != -1) continue;
      if (!better(scores[at], threshold)) break;
      column[r] = static_cast<T>(c);
      row[c] = static_cast<T>(r);
      if (++pairs > topk && topk > 0) break;
    }
  }
}

}  // namespace

OpSchema BipartiteMatchingSchema() {
  return {.name = "BipartiteMatching",
          .opset = "moir",
          .inputs = {"scores"},
          .attributes = {RequiredAttribute<double>("threshold"), {"is_ascend", false}, {"topk", int64_t{-1}}},
          .outputs = 2,
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Match<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

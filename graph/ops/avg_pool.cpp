// AvgPool: the sum of each window's elements divided by their number.
// exclude-pad=true counts the positions inside the data; false also those in the padding, but not what a window of
// rounding_type "ceil" covers beyond the padding (the rule of Caffe and MXNet).
// in 0: data [N, C, D1..Ds], s = 1 to 3, float type.  out 0: [N, C, ...].
#include "graph/ops/elementwise.h"
#include "graph/ops/pooling.h"

namespace moir::graph {
namespace {

template <typename T>
void Evaluate(EvalContext& op) {
  const Window w = PoolingWindow(op.GetNode(), op.Input(0).Shape());
  const bool exclude_pad = op.Attr<bool>("exclude-pad");
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  ForEachPool(op.Input(0).Shape(), w, [&](int64_t plane, const PoolRange& range) {
    double sum = 0;
    for (int64_t z = range.begin[0]; z < range.end[0]; ++z) {
      for (int64_t y = range.begin[1]; y < range.end[1]; ++y) {
        const T* row = src + ((plane * w.in[0] + z) * w.in[1] + y) * w.in[2];
        for (int64_t x = range.begin[2]; x < range.end[2]; ++x) sum += static_cast<double>(row[x]);
      }
    }
    int64_t count = range.padded_count;
    if (exclude_pad)
      count = (range.end[0] - range.begin[0]) * (range.end[1] - range.begin[1]) * (range.end[2] - range.begin[2]);
    *dst++ = static_cast<T>(count > 0 ? sum / static_cast<double>(count) : 0);
  });
}

}  // namespace

OpSchema AvgPoolSchema() {
  std::vector<AttributeSchema> attributes = PoolingAttributes();
  attributes.push_back(RequiredAttribute<bool>("exclude-pad"));
  return {
      .name = "AvgPool",
      .inputs = {"data"},
      .attributes = std::move(attributes),
      .infer =
          [](InferContext& op) {
            RequireFloat(op, 0);
            InferPooling(op);
          },
      .evaluate =
          [](EvalContext& op) { DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); }); }};
}

}  // namespace moir::graph

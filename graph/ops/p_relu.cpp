// PRelu: y = x for x >= 0, slope * x otherwise.
// in 0: data, any shape, float type.  in 1: slope; rank 1 with as many values as data has on axis 1: one per channel,
// otherwise it broadcasts to the shape of data as in NumPy.  out 0: as data.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

// The slope's shape as NumPy would need it.
Shape SlopeShape(const Shape& data, const Shape& slope) {
  if (slope.Rank() != 1 || data.Rank() < 2 || slope[0] != data[1]) return slope;
  std::vector<int64_t> dims(static_cast<size_t>(data.Rank() - 1), 1);
  dims[0] = slope[0];
  return Shape(std::move(dims));
}

void Infer(InferContext& op) {
  InferFloatUnary(op);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  op.Require(BroadcastsTo(SlopeShape(data, op.InputShape(1)), data), "shape of slope", op.InputShape(1),
             StrCat("one value per channel or a shape that broadcasts to ", data));
}

}  // namespace

OpSchema PReluSchema() {
  return {.name = "PRelu", .inputs = {"data", "slope"}, .infer = Infer, .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) {
              using T = decltype(tag);
              const auto x = op.Input(0).Values<T>();
              const auto slope = op.Input(1).Values<T>();
              const auto y = op.Output().MutableValues<T>();
              const Shape& data = op.Input(0).Shape();
              ForEachBroadcast(data, SlopeShape(data, op.Input(1).Shape()), data,
                               [&](size_t i, size_t j, size_t k) { y[k] = x[i] < T{} ? x[i] * slope[j] : x[i]; });
            });
          }};
}

}  // namespace moir::graph

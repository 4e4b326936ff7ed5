// FakeQuantize: the data as if it had been stored in a few levels.
//   y = output_low                                            where x <= min(input_low, input_high)
//   y = output_high                                           where x > max(input_low, input_high)
//   y = round((x - input_low) / (input_high - input_low) * (levels - 1)) / (levels - 1) * (output_high - output_low)
//       + output_low                                          elsewhere; halves are rounded to even
// in 0: data, float type.  in 1..4: input_low, input_high, output_low, output_high, which broadcast to the data.
// out 0: as data.  attr levels: int, 2 or more.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  const int64_t levels = op.Attr<int64_t>("levels");
  op.Require(levels >= 2, "levels", levels, "2 or more");
  for (size_t i = 1; i < 5; ++i) {
    op.RequireSameType(0, i);
    op.Require(BroadcastsTo(op.InputShape(i), op.InputShape(0)), StrCat("shape of input ", i), op.InputShape(i),
               StrCat("one that broadcasts to ", op.InputShape(0)));
  }
  op.SetOutput(0, op.InputShape(0));
}

template <typename T>
void Evaluate(EvalContext& op) {
  const T steps = static_cast<T>(op.Attr<int64_t>("levels") - 1);
  const Shape& data = op.Input(0).Shape();
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  // Where each element finds its four limits.
  std::vector<size_t> at[5];
  for (size_t k = 1; k < 5; ++k) {
    at[k].resize(y.size());
    ForEachBroadcast(op.Input(k).Shape(), Shape{}, data, [&](size_t i, size_t, size_t p) { at[k][p] = i; });
  }
  const auto low = op.Input(1).Values<T>(), high = op.Input(2).Values<T>(), to_low = op.Input(3).Values<T>(),
             to_high = op.Input(4).Values<T>();
  for (size_t p = 0; p < y.size(); ++p) {
    const T l = low[at[1][p]], h = high[at[2][p]], ol = to_low[at[3][p]], oh = to_high[at[4][p]];
    if (x[p] <= std::min(l, h)) y[p] = ol;
    else if (x[p] > std::max(l, h)) y[p] = oh;
    else y[p] = std::nearbyint((x[p] - l) / (h - l) * steps) / steps * (oh - ol) + ol;
  }
}

}  // namespace

OpSchema FakeQuantizeSchema() {
  return {.name = "FakeQuantize",
          .inputs = {"data", "input_low", "input_high", "output_low", "output_high"},
          .attributes = {RequiredAttribute<int64_t>("levels"), AutoBroadcastAttribute()},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

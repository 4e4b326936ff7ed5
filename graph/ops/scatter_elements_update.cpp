// ScatterElementsUpdate: the data with elements replaced along an axis; of several for one place the last one counts,
// or with attr reduction (none, sum, prod, min, max, mean) their sum, product, ... with the data, which attr
// use_init_val = false leaves out where there are updates.
//   y = data;  y[p0, .., indices[p0, .., pn], .., pn] = updates[p0, .., pn]     (the index stands at the axis)
// in 0: data.  in 1: indices, integers, of the data's shape except along the axis; negative ones count from the end,
// others outside the axis are an error.  in 2: updates, of the data's type and the shape of indices.
// in 3: axis, one integer.  out 0: type and shape of the data.
#include <limits>

#include "graph/op_schema.h"
#include "graph/ops/scatter.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  const Shape& indices = op.InputShape(1);
  op.Require(IsInteger(op.InputType(1)), "element type of indices", op.InputType(1), "an integer type");
  op.RequireSameType(0, 2);
  const std::vector<int64_t> axis_input = op.StaticIndices(3);
  op.Require(axis_input.size() == 1, "axis", FormatAttribute(axis_input), "one integer");
  const int64_t axis = data.NormalizeAxis(axis_input[0]);
  bool fits = indices.Rank() == data.Rank();
  for (int64_t i = 0; fits && i < data.Rank(); ++i) fits = i == axis || indices[i] == data[i];
  op.Require(fits, "shape of indices", indices, StrCat("that of the data, ", data, ", except along axis ", axis));
  op.Require(op.InputShape(2) == indices, "shape of updates", op.InputShape(2), indices.ToString());
  op.Require(op.Attr<std::string>("reduction") == "none" || op.InputType(0) != ElementType::kBool,
             "element type with a reduction", op.InputType(0), "numbers");
  op.SetOutput(0, data);
}

// Calls step(place in the data, place in the updates) for every update.
template <typename Step>
void ForEachUpdate(const EvalContext& op, Step step) {
  const Shape& data = op.Input(0).Shape();
  const int64_t axis = data.NormalizeAxis(op.Input(3).ToVector<int64_t>().at(0));
  const Shape& shape = op.Input(1).Shape();
  const int64_t size = data[axis];
  const std::vector<int64_t> indices = op.Input(1).ToVector<int64_t>(), strides = data.Strides();
  std::vector<int64_t> position(static_cast<size_t>(shape.Rank()), 0);
  for (size_t i = 0; i < indices.size(); ++i) {
    const int64_t index = indices[i];
    if (index < -size || index >= size)
      Fail(ErrorKind::kBadModel, "index ", index, " is outside the ", size, " elements of axis ", axis);
    int64_t to = 0;
    for (size_t k = 0; k < position.size(); ++k) {
      const bool here = static_cast<int64_t>(k) == axis;
      to += (here ? (index < 0 ? index + size : index) : position[k]) * strides[k];
    }
    step(static_cast<size_t>(to), i);
    for (size_t k = position.size(); k-- > 0;) {
      if (++position[k] < shape[static_cast<int64_t>(k)]) break;
      position[k] = 0;
    }
  }
}

// What a reduction starts from when the data do not count.
template <typename T>
T Neutral(const std::string& reduction) {
  using Limits = std::numeric_limits<T>;
  if (reduction == "prod") return T{1};
  if (reduction == "min") return Limits::has_infinity ? Limits::infinity() : Limits::max();
  if (reduction == "max") return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  return T{0};
}

template <typename T>
void Reduce(EvalContext& op, const std::string& reduction) {
  const bool with_data = op.Attr<bool>("use_init_val");
  const auto updates = op.Input(2).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  std::vector<int64_t> counts(y.size(), 0);
  ForEachUpdate(op, [&](size_t to, size_t from) {
    if (counts[to]++ == 0 && !with_data) y[to] = Neutral<T>(reduction);
    y[to] = ScatterJoin(reduction, y[to], updates[from]);
  });
  if (reduction != "mean") return;
  for (size_t i = 0; i < y.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto count = static_cast<T>(counts[i] + (with_data ? 1 : 0));
    // Integers are rounded down.
    if constexpr (std::is_integral_v<T>) {
      const T quotient = static_cast<T>(y[i] / count);
      y[i] = static_cast<T>(quotient - (y[i] % count < 0 ? 1 : 0));
    } else {
      y[i] /= count;
    }
  }
}

void Evaluate(EvalContext& op) {
  CopyElements(op.Input(0), 0, static_cast<std::byte*>(op.Output().MutableData()), 0, op.Output().NumElements());
  const auto& reduction = op.Attr<std::string>("reduction");
  if (reduction != "none") {
    DispatchArithmetic(op.Output().Type(), [&](auto tag) { Reduce<decltype(tag)>(op, reduction); });
    return;
  }
  DispatchWidth(op.Output().Type(), [&](auto tag) {
    using T = decltype(tag);
    const T* src = static_cast<const T*>(op.Input(2).Data());
    T* dst = static_cast<T*>(op.Output().MutableData());
    ForEachUpdate(op, [&](size_t to, size_t from) { dst[to] = src[from]; });
  });
}

}  // namespace

OpSchema ScatterElementsUpdateSchema() {
  return {.name = "ScatterElementsUpdate",
          .opset = "opset3",
          .inputs = {"data", "indices", "updates", "axis"},
          .attributes = {ScatterReduction({"none", "sum", "prod", "min", "max", "mean"}), {"use_init_val", true}},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

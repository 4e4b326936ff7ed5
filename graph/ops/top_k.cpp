// TopK: the k largest (mode max) or smallest (min) elements along an axis and their positions.
// in 0: data.  in 1: k, one integer.  out 0: values.  out 1: positions, of index_element_type.
// attr sort: "value" orders the k elements by value, "index" and "none" by position.
// attr stable: bool, default true: of equal elements the earlier one comes first; NaN counts as smaller than
// everything. When false, equal elements come as std::sort of libstdc++ leaves them when 8 k is more than the size of
// the axis, and as std::partial_sort does otherwise. Any order would do for the opset; this one is MXNet's. Rows with
// NaN are undefined there, and stable here where the sort could run astray.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  Shape shape = op.InputShape(0);
  const int64_t axis = shape.NormalizeAxis(op.Attr<int64_t>("axis"));
  const std::vector<int64_t> k = op.StaticIndices(1);
  op.Require(k.size() == 1 && k[0] >= 0 && k[0] <= shape[axis], "k", FormatAttribute(k),
             StrCat("one number from 0 to ", shape[axis]));
  shape[axis] = k[0];
  op.SetOutput(0, shape);
  op.SetOutput(1, ParseElementType(op.Attr<std::string>("index_element_type")), shape);
}

template <typename T>
bool Above(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(b)) return !std::isnan(a);
  }
  return a > b;
}

// The first `k` of `order` are those for which `before` holds most.
template <typename Before>
void SortUnstable(std::vector<int64_t>& order, int64_t k, const Before& before) {
  if (k * 8 > static_cast<int64_t>(order.size())) std::sort(order.begin(), order.end(), before);
  else std::partial_sort(order.begin(), order.begin() + k, order.end(), before);
}

// Up to here std::sort is an insertion sort and std::partial_sort a heap at any size: comparisons with NaN, which are
// false both ways, cannot lead them out of the array.
constexpr int64_t kInsertionSort = 16;

template <typename T>
void Select(EvalContext& op) {
  const Shape& in = op.Input(0).Shape();
  const int64_t axis = in.NormalizeAxis(op.Attr<int64_t>("axis"));
  const int64_t size = in[axis], k = op.Output(0).Shape()[axis];
  const int64_t outer = in.NumElements(0, axis), inner = in.NumElements(axis + 1, in.Rank());
  const bool largest = op.Attr<std::string>("mode") == "max";
  const bool by_value = op.Attr<std::string>("sort") == "value", stable = op.Attr<bool>("stable");
  const T* src = op.Input(0).Values<T>().data();
  T* values = op.Output(0).MutableValues<T>().data();
  Tensor positions(ElementType::kI64, op.Output(1).Shape());
  int64_t* indices = positions.MutableValues<int64_t>().data();
  std::vector<int64_t> order(static_cast<size_t>(size));
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      const T* row = src + o * size * inner + i;
      std::iota(order.begin(), order.end(), 0);
      bool keep_ties = stable;
      if (!stable && size > kInsertionSort && k * 8 > size) {
        for (int64_t j = 0; j < size && !keep_ties; ++j) keep_ties = row[j * inner] != row[j * inner];
      }
      if (keep_ties) {
        std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
          return largest ? Above(row[a * inner], row[b * inner]) : Above(row[b * inner], row[a * inner]);
        });
      } else {
        SortUnstable(order, k, [&](int64_t a, int64_t b) {
          return largest ? row[a * inner] > row[b * inner] : row[a * inner] < row[b * inner];
        });
      }
      if (!by_value) std::sort(order.begin(), order.begin() + k);
      for (int64_t j = 0; j < k; ++j) {
        const int64_t at = (o * k + j) * inner + i;
        indices[at] = order[static_cast<size_t>(j)];
        values[at] = row[indices[at] * inner];
      }
    }
  }
  op.Output(1) = positions.ConvertTo(op.Output(1).Type());
}

}  // namespace

OpSchema TopKSchema() {
  return {.name = "TopK",
          .opset = "opset11",
          .inputs = {"data", "k"},
          .attributes = {RequiredAttribute<int64_t>("axis"),
                         AttributeSchema::OneOf("mode", {"max", "min"}),
                         AttributeSchema::OneOf("sort", {"value", "index", "none"}),
                         AttributeSchema::OneOf("index_element_type", {"i32", "i64"}),
                         {"stable", true}},
          .outputs = 2,
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Select<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph

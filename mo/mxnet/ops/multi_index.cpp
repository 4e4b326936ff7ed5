// _unravel_index: positions in the flattened array of `shape` become coordinates, one row per axis.
// _ravel_multi_index: the way back. The first size does not matter and may be -1; coordinates are not checked.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

std::vector<int64_t> Sizes(const NodeConverter& node) {
  const std::vector<int64_t> sizes = node.Attrs().Ints("shape");
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 1 && !(i == 0 && sizes[i] == -1)) node.Attrs().Refuse("shape", "positive sizes after the first");
  }
  if (sizes.empty()) node.Attrs().Refuse("shape", "at least one size");
  return sizes;
}

}  // namespace

void ConvertUnravelIndex(NodeConverter& node) {
  node.RequireInputs(1);
  const std::vector<int64_t> sizes = Sizes(node);
  const Value data = node.Input(0);
  if (data.Shape().Rank() != 1) node.Unsupported("data of shape ", data.Shape(), ": more than one axis");
  Value rest = node.Convert(data, ElementType::kI64, "positions");
  std::vector<Value> rows(sizes.size());
  const Value row_axis = node.Indices({0}, "row_axis");
  for (size_t i = sizes.size(); i-- > 0;) {
    Value coordinate = rest;  // of the first axis: whatever is left
    if (i > 0) {
      // Cut towards zero, as in C: the rest first, then the division leaves nothing over.
      const Value size = node.Scalar(static_cast<double>(sizes[i]), ElementType::kI64, StrCat("size", i));
      coordinate = node.Add("Mod", {rest, size}, {}, StrCat("coordinate", i));
      rest = node.Add("Divide", {node.Add("Subtract", {rest, coordinate}, {}, StrCat("whole", i)), size}, {},
                      StrCat("rest", i));
    }
    rows[i] = node.Add("Unsqueeze", {node.Convert(coordinate, data.Type(), StrCat("typed", i)), row_axis}, {},
                       StrCat("row", i));
  }
  node.Output(rows.size() == 1 ? rows[0] : node.Add("Concat", rows, {{"axis", int64_t{0}}}));
}

void ConvertRavelMultiIndex(NodeConverter& node) {
  node.RequireInputs(1);
  const std::vector<int64_t> sizes = Sizes(node);
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 2 && data.Shape()[0] == static_cast<int64_t>(sizes.size()), "data of shape ",
               data.Shape(), ": expected ", sizes.size(), " rows of coordinates");
  std::vector<int64_t> strides(sizes.size(), 1);
  for (size_t i = sizes.size() - 1; i > 0; --i) {
    if (__builtin_mul_overflow(strides[i], sizes[i], &strides[i - 1])) node.Attrs().Refuse("shape", "smaller sizes");
  }
  const Shape column{static_cast<int64_t>(sizes.size()), 1};
  const Value steps = node.Constant(Tensor::FromValues<int64_t>(column, strides), "strides");
  const Value terms = node.Add("Multiply", {node.Convert(data, ElementType::kI64, "coordinates"), steps}, {}, "terms");
  node.Output(node.Convert(node.Add("ReduceSum", {terms, node.Indices({0}, "axes")}, {}, "positions"), data.Type()));
}

}  // namespace moir::mo

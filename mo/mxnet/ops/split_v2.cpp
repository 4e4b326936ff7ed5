// _split_v2: pieces along `axis`, default 1. sections > 0: that many, the first ones longer by one where the size does
// not divide; otherwise each piece begins at one of `indices` (the first is 0) and the last one goes to the end.
// squeeze_axis drops the axis, whose pieces then must have size 1.
#include <algorithm>

#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertSplitV2(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const std::vector<int64_t> indices = attrs.Ints("indices");
  const int64_t axis = node.Axis(attrs.Int("axis", 1), data.Shape().Rank());
  const int64_t sections = attrs.Int("sections", 0);
  const bool squeeze = attrs.Bool("squeeze_axis", false);
  const int64_t size = data.Shape()[axis];
  std::vector<int64_t> lengths;
  if (sections > 0) {
    if (sections > size) attrs.Refuse("sections", StrCat("at most the size ", size, " of axis ", axis));
    for (int64_t i = 0; i < sections; ++i) lengths.push_back(size / sections + (i < size % sections ? 1 : 0));
  } else {
    if (indices.empty() || indices[0] != 0) attrs.Refuse("indices", "positions that start with 0");
    for (size_t i = 0; i < indices.size(); ++i) {
      const int64_t end = i + 1 < indices.size() ? indices[i + 1] : size;
      if (end < indices[i] || end > size) attrs.Refuse("indices", StrCat("ascending positions up to ", size));
      if (end == indices[i]) node.Unsupported("attribute indices: piece ", i, " is empty");
      lengths.push_back(end - indices[i]);
    }
  }
  if (squeeze && std::any_of(lengths.begin(), lengths.end(), [](int64_t length) { return length != 1; }))
    attrs.Refuse("squeeze_axis", StrCat("False, as not all pieces of axis ", axis, " have size 1"));
  Node* split = node.AddNode("VariadicSplit", {data, node.Index(axis), node.Indices(lengths, "lengths")}, {}, "split");
  for (size_t i = 0; i < lengths.size(); ++i) {
    const Value piece = split->Output(i);
    node.Output(i,
                squeeze ? node.Add("Squeeze", {piece, node.Indices({axis}, "axes")}, {}, StrCat("squeeze", i)) : piece);
  }
}

}  // namespace moir::mo

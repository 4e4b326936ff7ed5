// SliceChannel: num_outputs equal pieces along `axis`, default 1; squeeze_axis drops the axis, whose pieces then must
// have size 1.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertSliceChannel(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const int64_t count = attrs.Int("num_outputs");
  const int64_t axis = node.Axis(attrs.Int("axis", 1), data.Shape().Rank());
  const bool squeeze = attrs.Bool("squeeze_axis", false);
  const int64_t size = data.Shape()[axis];
  if (count < 1 || size % count != 0)
    attrs.Refuse("num_outputs", StrCat("a divisor of the size ", size, " of axis ", axis));
  if (squeeze && size != count)
    attrs.Refuse("squeeze_axis", StrCat("False, as pieces of axis ", axis, " have size ", size / count));
  Node* split = node.AddNode("Split", {data, node.Index(axis)}, {{"num_splits", count}});
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const Value piece = split->Output(i);
    node.Output(i,
                squeeze ? node.Add("Squeeze", {piece, node.Indices({axis}, "axes")}, {}, StrCat("squeeze", i)) : piece);
  }
}

}  // namespace moir::mo

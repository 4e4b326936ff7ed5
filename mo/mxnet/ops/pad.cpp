// Pad of 4 or 5 axes; pad_width states (before, after) for every axis.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertPad(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const auto rank = static_cast<size_t>(data.Shape().Rank());
  const std::string mode = attrs.OneOf("mode", {"constant", "edge", "reflect"});
  const std::vector<int64_t> widths = attrs.Ints("pad_width");
  const double value = attrs.Double("constant_value", 0.0);
  if (widths.size() != 2 * rank)
    attrs.Refuse("pad_width", StrCat(2 * rank, " numbers, two for each axis of ", data.Shape()));
  std::vector<int64_t> begin, end;
  for (size_t i = 0; i < rank; ++i) {
    begin.push_back(widths[2 * i]);
    end.push_back(widths[2 * i + 1]);
    if (begin.back() < 0 || end.back() < 0) attrs.Refuse("pad_width", "numbers from 0");
  }
  std::vector<Value> inputs = {data, node.Indices(begin, "pads_begin"), node.Indices(end, "pads_end")};
  if (mode == "constant") inputs.push_back(node.Scalar(value, data.Type(), "value"));
  node.Output(node.Add("Pad", inputs, {{"pad_mode", mode}}));
}

}  // namespace moir::mo

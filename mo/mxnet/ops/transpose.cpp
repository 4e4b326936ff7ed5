// transpose: all axes reversed without `axes`.  SwapAxis: two axes exchanged, by default 0 and 0.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

void ConvertTranspose(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  std::vector<int64_t> order = node.Attrs().Ints("axes", std::vector<int64_t>{});
  if (order.empty()) {
    order = AxisRange(0, rank);
    std::reverse(order.begin(), order.end());
  }
  for (int64_t& axis : order) axis = node.Axis(axis, rank, "axes");
  node.Output(node.Transpose(data, order));
}

void ConvertSwapAxis(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  std::vector<int64_t> order = AxisRange(0, rank);
  const int64_t a = node.Axis(node.Attrs().Int("dim1", 0), rank, "dim1"),
                b = node.Axis(node.Attrs().Int("dim2", 0), rank, "dim2");
  std::swap(order[static_cast<size_t>(a)], order[static_cast<size_t>(b)]);
  node.Output(node.Transpose(data, order));
}

}  // namespace moir::mo

#include "graph/multiply_adds.h"

#include <algorithm>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

// Every weight takes part once per element of `data` in each of its channels.
uint64_t PerChannel(const Shape& data, const Shape& weights) {
  const uint64_t channels = data.Rank() > 1 && data[1] > 0 ? static_cast<uint64_t>(data[1]) : 0;
  return channels == 0 ? 0 : SaturatingProduct(CountElements(data) / channels, CountElements(weights));
}

uint64_t MatMulCost(const Node& node) {
  const Shape& left = node.Input(0).Shape();
  if (left.Rank() == 0) return 0;
  const bool transposed = left.Rank() > 1 && node.Attr<bool>("transpose_a");
  const int64_t depth = left[left.Rank() - (transposed ? 2 : 1)];
  return depth < 0 ? 0 : SaturatingProduct(CountElements(node.Shape(0)), static_cast<uint64_t>(depth));
}

// X [B,T,I] meets every element of the matrices W, R and P at each of its B * T steps.
uint64_t RecurrentCost(const Node& node) {
  uint64_t matrices = 0;
  for (size_t i = 0; i < node.InputCount() && i < node.Schema().inputs.size(); ++i) {
    const std::string& name = node.Schema().inputs[i].name;
    if (name == "W" || name == "R" || name == "P")
      matrices = SaturatingSum(matrices, CountElements(node.Input(i).Shape()));
  }
  const Shape& data = node.Input(0).Shape();
  if (data.Rank() != 3 || data[0] < 0 || data[1] < 0) return 0;
  return SaturatingProduct(SaturatingProduct(static_cast<uint64_t>(data[0]), static_cast<uint64_t>(data[1])), matrices);
}

}  // namespace

uint64_t CountElements(const Shape& shape) {
  if (std::any_of(shape.begin(), shape.end(), [](int64_t size) { return size < 0; })) return 0;
  return static_cast<uint64_t>(shape.NumElements());
}

uint64_t MultiplyAdds(const Node& node) {
  if (node.Is("Convolution") || node.Is("GroupConvolution") || node.Is("QuantizedConvolution"))
    return PerChannel(node.Shape(0), node.Input(1).Shape());
  if (node.Is("DeformableConvolution")) return PerChannel(node.Shape(0), node.Input(2).Shape());
  if (node.Is("ConvolutionBackpropData") || node.Is("GroupConvolutionBackpropData"))
    return PerChannel(node.Input(0).Shape(), node.Input(1).Shape());
  if (node.Is("MatMul")) return MatMulCost(node);
  if (node.Op().ends_with("Sequence") && node.Op() != "ReverseSequence") return RecurrentCost(node);
  return 0;
}

}  // namespace moir::graph

#include "graph/ops/ie_layer.h"

#include <algorithm>

#include "graph/error.h"

namespace moir::graph {
namespace {

bool AllEqual(Value value, float number) {
  const Tensor* constant = value.Constant();
  if (!constant || constant->HasPendingFactors() || constant->Type() != ElementType::kF32) return false;
  const auto values = constant->Values<float>();
  return std::all_of(values.begin(), values.end(), [number](float x) { return x == number; });
}

}  // namespace

OpSchema IeSchema(std::string type, std::vector<InputSchema> inputs, std::vector<AttributeSchema> attributes,
                  std::function<std::vector<Value>(Expansion&)> expand) {
  return WithDerivedMeaning({.name = "ie." + type,
                             .opset = "ir-v2-v4",
                             .inputs = std::move(inputs),
                             .attributes = std::move(attributes),
                             .expand = std::move(expand)});
}

OpSchema IeUnarySchema(std::string type, std::string op) {
  return IeSchema(std::move(type), {"data"}, {},
                  [op](Expansion& layer) -> std::vector<Value> { return {layer.Add(op, "out", {layer.Input(0)})}; });
}

Shape ChannelShape(int64_t size, int64_t rank) {
  std::vector<int64_t> dims(static_cast<size_t>(std::max<int64_t>(rank, 1)), 1);
  dims[rank > 1 ? 1 : 0] = size;
  return Shape(std::move(dims));
}

Value ScaleAndShift(Expansion& layer, Value x, Value weights, Value biases) {
  const Shape shape = x.Shape();
  const auto per_channel = [&](Value blob, std::string_view name) {
    const int64_t count = blob.Shape().NumElements();
    const int64_t channels = shape.Rank() > 1 ? shape[1] : shape.NumElements();
    layer.Require(count == channels || count == 1, name, StrCat(count, " values"),
                  StrCat(channels, " values, one per channel of ", shape));
    return layer.Reshaped(blob, name, ChannelShape(count, shape.Rank()));
  };
  if (weights && !AllEqual(weights, 1)) x = layer.Add("Multiply", "scale", {x, per_channel(weights, "weights")});
  if (biases && !AllEqual(biases, 0)) x = layer.Add("Add", "shift", {x, per_channel(biases, "biases")});
  return x;
}

std::vector<AttributeSchema> IeConvolutionAttributes() {
  return {RequiredAttribute<std::vector<int64_t>>("kernel"),
          {"strides", std::vector<int64_t>{}},
          {"pads_begin", std::vector<int64_t>{}},
          {"pads_end", std::vector<int64_t>{}},
          {"dilations", std::vector<int64_t>{}},
          AttributeSchema{"group", int64_t{1}}.Within(1, 1e9),
          RequiredAttribute<int64_t>("output"),
          AttributeSchema::OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"})};
}

Attributes ConvolutionWindow(const Expansion& layer) {
  using Sizes = std::vector<int64_t>;
  return {{"strides", layer.Attr<Sizes>("strides")},
          {"pads_begin", layer.Attr<Sizes>("pads_begin")},
          {"pads_end", layer.Attr<Sizes>("pads_end")},
          {"dilations", layer.Attr<Sizes>("dilations")},
          {"auto_pad", layer.Attr<std::string>("auto_pad")}};
}

}  // namespace moir::graph

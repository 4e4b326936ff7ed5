// Between real numbers and 8-bit integers:
//   _contrib_quantize      by a range that is given as inputs
//   _contrib_quantize_v2   by the calibrated range, or by that of the data
//   _contrib_dequantize    back to f32
//   _contrib_requantize    i32 sums to 8 bits, by the calibrated range or by that of the data
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"
#include "mo/mxnet/ops/quantized.h"

namespace moir::mo {
namespace {

// The smallest and largest element, [1].
Range DataRange(NodeConverter& node, Value data) {
  const Value axes = node.Indices(AxisRange(0, data.Shape().Rank()), "axes");
  const auto reduce = [&](const char* op) {
    return node.Reshape(node.Add(op, {data, axes}, {}, "extreme"), {1}, "extreme");
  };
  return {Number(reduce("ReduceMin")), Number(reduce("ReduceMax"))};
}

// Attribute out_type; "auto" takes u8 where the calibrated range has no negative numbers.
ElementType OutType(const NodeConverter& node, const std::optional<Range>& calibrated) {
  const std::string type = node.Attrs().OneOf("out_type", "int8", {"auto", "int8", "uint8"});
  if (type == "auto") return calibrated && calibrated->min.Known() >= 0 ? ElementType::kU8 : ElementType::kI8;
  return type == "int8" ? ElementType::kI8 : ElementType::kU8;
}

void RequireF32(const NodeConverter& node, Value data) {
  node.Require(data.Type() == ElementType::kF32, "data of ", data.Type(), ": expected f32");
}

}  // namespace

void ConvertQuantize(NodeConverter& node) {
  node.RequireInputs(3);
  const bool is_signed = node.Attrs().OneOf("out_type", "uint8", {"int8", "uint8"}) == "int8";
  const Value data = node.Input(0);
  RequireF32(node, data);
  const Range given = InputRange(node, 1);
  const Number largest = MaxAbs(node, given.min, given.max);
  const Number scale = Divide(node, is_signed ? 127.0f : 255.0f, largest);
  OutputQuantized(node, Requantize(node, data, is_signed ? ElementType::kI8 : ElementType::kU8, scale),
                  is_signed ? Range{Negated(node, largest), largest} : given);
}

void ConvertQuantizeV2(NodeConverter& node) {
  node.RequireInputs(1);
  const std::optional<Range> calibrated = CalibratedRange(node);
  const ElementType type = OutType(node, calibrated);
  const Value data = node.Input(0);
  if (data.Type() == ElementType::kI8 || data.Type() == ElementType::kU8) {
    node.Require(data.Type() == type, "data of ", data.Type(), ": expected f32 or ", type);
    const Range whole = type == ElementType::kI8 ? Range{-kInt8Range, kInt8Range} : Range{0.0f, kUint8Range};
    return OutputQuantized(node, data, calibrated.value_or(whole));
  }
  RequireF32(node, data);
  const Range range = calibrated ? *calibrated : DataRange(node, data);
  const Number largest = MaxAbs(node, range.min, range.max);
  const Value y = Requantize(node, data, type, Divide(node, QuantizedRange(type), largest));
  OutputQuantized(node, y, type == ElementType::kI8 ? Range{Negated(node, largest), largest} : range);
}

void ConvertDequantize(NodeConverter& node) {
  node.RequireInputs(3);
  node.Attrs().OneOf("out_type", "float32", {"float32"});
  const Value data = node.Input(0);
  if (data.Type() != ElementType::kI8 && data.Type() != ElementType::kU8)
    node.Unsupported("data of ", data.Type(), "; only i8 and u8 can be dequantized");
  const Range range = InputRange(node, 1);
  const Number scale = Divide(node, MaxAbs(node, range.min, range.max), QuantizedRange(data.Type()));
  node.Output(Requantize(node, data, ElementType::kF32, scale, "real"));
}

void ConvertRequantize(NodeConverter& node) {
  node.RequireInputs(3);
  const std::optional<Range> calibrated = CalibratedRange(node);
  const ElementType type = OutType(node, calibrated);
  const Value data = node.Input(0);
  node.Require(data.Type() == ElementType::kI32, "data of ", data.Type(), ": expected i32");
  const Range range = InputRange(node, 1);
  const Number given = MaxAbs(node, range.min, range.max);
  Number largest = 0;
  if (calibrated) {
    largest = MaxAbs(node, calibrated->min, calibrated->max);
  } else {
    const Range sums = DataRange(node, node.Convert(data, ElementType::kF32, "sums"));
    largest = Divide(node, Multiply(node, MaxAbs(node, sums.min, sums.max), given), kInt32Range);
  }
  const bool is_signed = type == ElementType::kI8;
  const Number scale =
      Multiply(node, Divide(node, given, kInt32Range), Divide(node, is_signed ? 127.0f : 255.0f, largest));
  OutputQuantized(node, Requantize(node, data, type, scale),
                  {is_signed ? Negated(node, largest) : Number(0.0f), largest});
}

}  // namespace moir::mo

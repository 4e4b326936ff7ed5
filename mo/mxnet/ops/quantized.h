// What the converters of MXNet's 8-bit operators share. A quantized tensor comes as three values: integers and the
// smallest and largest real number they stand for. x_real = x * MaxAbs(min, max) / R, where R is 127.5 for i8 and 255.5
// for u8. All of it is MXNet's arithmetic in f32, in its order, so that integers come out equal.
#pragma once

#include <optional>
#include <vector>

#include "mo/mxnet/node_converter.h"

namespace moir::mo {

inline constexpr float kInt8Range = 127.5f, kUint8Range = 255.5f;
inline constexpr float kInt32Range = 2147483648.0f;  // 2^31 - 1 as f32
inline float QuantizedRange(ElementType type) {
  return type == ElementType::kI8 ? kInt8Range : type == ElementType::kU8 ? kUint8Range : kInt32Range;
}

// A number that is known now or a value of one element that the model computes. Arithmetic is f32.
class Number {
 public:
  Number(float known) : known_(known) {}  // NOLINT: a number is a Number
  explicit Number(Value value);           // known when the value is a constant

  bool IsKnown() const { return !value_; }
  float Known() const { return known_; }
  Value AsValue(NodeConverter& node, std::string_view suffix = "number") const;  // f32 [1]

 private:
  float known_ = 0;
  Value value_;
};

Number MaxAbs(NodeConverter& node, const Number& a, const Number& b);
Number Divide(NodeConverter& node, const Number& a, const Number& b);
Number Multiply(NodeConverter& node, const Number& a, const Number& b);
Number Plus(NodeConverter& node, const Number& a, const Number& b);
Number Least(NodeConverter& node, const Number& a, const Number& b);
Number Greatest(NodeConverter& node, const Number& a, const Number& b);
Number Negated(NodeConverter& node, const Number& a);

struct Range {
  Number min, max;
};

// Inputs `index` and `index` + 1.
Range InputRange(NodeConverter& node, size_t index);
// Attributes min_calib_range and max_calib_range; nothing unless both are given.
std::optional<Range> CalibratedRange(const NodeConverter& node);
// Output 0 with its range as outputs 1 and 2.
void OutputQuantized(NodeConverter& node, Value data, const Range& range);

// R / MaxAbs(range): how many quanta one is. 2^31 for an empty range, as oneDNN's fused operators have it.
Number QuantaPerUnit(NodeConverter& node, ElementType type, const Range& range);
// The range of i32 products of i8 data (by i8) or u8 data (by i8, `mixed`).
Range ProductRange(NodeConverter& node, const Range& a, const Range& b, bool mixed);

// Operator Quantize.
Value Requantize(NodeConverter& node, Value data, ElementType type, const Number& scale,
                 std::string_view suffix = "quantized");

// The constant behind a value; kUnsupported when the model computes it.
const Tensor& RequireConstant(const NodeConverter& node, Value value, std::string_view what);
float RequireKnown(const NodeConverter& node, const Number& number, std::string_view what);

// f32 to i8 or i32 as oneDNN's reorders do it: scaled, halves to even, saturated. One scale per row, or one for all.
Tensor QuantizeRows(const Tensor& values, const std::vector<float>& scales, ElementType type);

// A QuantizedConvolution. Attributes of MXNet's Convolution; layout must have the channels first.
struct ConvolutionSettings {
  std::vector<int64_t> kernel, strides, dilations, pads;
  int64_t filters = 0, groups = 1;
  bool no_bias = false;
};
ConvolutionSettings ReadConvolution(const Attributes& attributes);
Shape WeightShape(const NodeConverter& node, const ConvolutionSettings& settings, const Shape& data);
Value QuantizedConvolve(NodeConverter& node, const ConvolutionSettings& settings, Value data, Value weights);
// data [.., K] (with `flatten` [N, everything else]) times weights [O, K], i32, as [rows, O, 1].
struct DenseProduct {
  Value sums;
  std::vector<int64_t> shape;  // of the layer's output
};
DenseProduct QuantizedProduct(NodeConverter& node, Value data, Value weights, bool flatten);

}  // namespace moir::mo

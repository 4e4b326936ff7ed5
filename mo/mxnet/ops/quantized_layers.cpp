// 8-bit layers without weights, batch normalization and embedding. Inputs are the data, then min and max of each.
//   _contrib_quantized_act, _flatten, _embedding   move integers or cut them at zero: the range stays
//   _contrib_quantized_pooling                     max, or the average rounded to the nearest integer, halves to even
//   _contrib_quantized_concat                      all parts under the widest range
//   _contrib_quantized_elemwise_add                a * s_a + b * s_b under the calibrated range, else i32
//   _contrib_quantized_elemwise_mul                a * b, scaled and cut to an integer
//   _contrib_quantized_batch_norm                  a scale and a shift per channel
#include <cmath>

#include "graph/evaluate.h"
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"
#include "mo/mxnet/ops/pooling.h"
#include "mo/mxnet/ops/quantized.h"

namespace moir::mo {
namespace {

Value QuantizedInput(NodeConverter& node, size_t index) {
  const Value data = node.Input(index);
  node.Require(data.Type() == ElementType::kI8 || data.Type() == ElementType::kU8, "input ", index, " of ", data.Type(),
               ": expected i8 or u8");
  return data;
}

std::string TypeName(ElementType type) { return std::string(ElementTypeName(type)); }

// An average: the sum of each window times 1 / count in f32, as oneDNN computes it. The count is the kernel's size,
// also where a window hangs over the padding, or without count_include_pad that of the data under it.
Value AverageWindows(NodeConverter& node, Value data) {
  const auto& attrs = node.Attrs();
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() == 4 || shape.Rank() == 5, "data of shape ", shape, ": expected four or five axes");
  const auto spatial = static_cast<size_t>(shape.Rank() - 2);
  attrs.Ignore({"p_value", "cudnn_off"});
  if (ChannelsLast(node, spatial)) attrs.Refuse("layout", "the channels first for 8-bit data");
  const bool global = attrs.Bool("global_pool", false);
  const bool full = attrs.OneOf("pooling_convention", "valid", {"full", "valid"}) == "full";
  const bool count_pad = attrs.OptionalBool("count_include_pad").value_or(true);
  std::vector<int64_t> kernel(shape.begin() + 2, shape.end()), stride(spatial, 1), pad(spatial, 0);
  if (global) {
    attrs.Ignore({"kernel", "stride", "pad"});
  } else {
    kernel = attrs.Ints("kernel", kernel, spatial);
    stride = attrs.Ints("stride", stride, spatial);
    pad = attrs.Ints("pad", pad, spatial);
  }
  std::vector<int64_t> pads_end = pad;
  for (size_t i = 0; i < spatial; ++i) {
    constexpr int64_t kLargest = int64_t{1} << 30;
    if (stride[i] < 1 || stride[i] > kLargest) attrs.Refuse("stride", StrCat("numbers from 1 to ", kLargest));
    if (kernel[i] < 1 || kernel[i] > kLargest) attrs.Refuse("kernel", StrCat("numbers from 1 to ", kLargest));
    if (pad[i] < 0 || pad[i] > kLargest) attrs.Refuse("pad", StrCat("numbers from 0 to ", kLargest));
    const int64_t room = shape[static_cast<int64_t>(i) + 2] + 2 * pad[i] - kernel[i];
    if (full && !global && room >= 0) pads_end[i] += (room + stride[i] - 1) / stride[i] * stride[i] - room;
  }
  const int64_t channels = shape[1];
  const auto sums = [&](Value of, int64_t planes) {
    std::vector<int64_t> dims = {planes, 1};
    dims.insert(dims.end(), kernel.begin(), kernel.end());
    const Shape ones(dims);
    const std::vector<int8_t> values(static_cast<size_t>(ones.NumElements()), int8_t{1});
    return node.Add("QuantizedConvolution", {of, node.Constant(Tensor::FromValues<int8_t>(ones, values), "ones")},
                    {{"strides", stride}, {"pads_begin", pad}, {"pads_end", pads_end}, {"group", planes}}, "sums");
  };
  std::vector<float> factors;
  Shape factors_shape(std::vector<int64_t>(static_cast<size_t>(shape.Rank()), 1));
  if (count_pad) {
    factors.push_back(1.0f / static_cast<float>(Shape(kernel).NumElements()));
  } else {
    std::vector<int64_t> dims = shape.Dims();
    dims[0] = dims[1] = 1;
    const Shape plane(dims);
    const std::vector<uint8_t> ones(static_cast<size_t>(plane.NumElements()), uint8_t{1});
    const Value counts = sums(node.Constant(Tensor::FromValues<uint8_t>(plane, ones), "data"), 1);
    const std::optional<Tensor> known = EvaluateStatic(counts, int64_t{1} << 24);
    if (!known) node.Unsupported("windows of data of shape ", shape, " cannot be counted");
    for (const float count : known->ToVector<float>()) factors.push_back(count > 0 ? 1.0f / count : 0.0f);
    factors_shape = counts.Shape();
  }
  return node.Add("Quantize",
                  {sums(data, channels), node.Constant(Tensor::FromValues<float>(factors_shape, factors), "factor")},
                  {{"destination_type", TypeName(data.Type())}});
}

}  // namespace

void ConvertQuantizedAct(NodeConverter& node) {
  node.RequireInputs(3);
  node.Attrs().OneOf("act_type", {"relu"});
  const Value data = QuantizedInput(node, 0);
  if (data.Type() == ElementType::kI8)
    return OutputQuantized(node, node.Add("Maximum", {data, node.Scalar(0, data.Type(), "zero")}), InputRange(node, 1));
  // MXNet's output is i8 in any case: of u8 data it has the bytes, so that 128 and more become negative.
  const auto scalar = [&](double value) { return node.Scalar(value, ElementType::kI32, "number"); };
  Value bytes = node.Add("Add", {node.Convert(data, ElementType::kI32, "wide"), scalar(128)}, {}, "bytes");
  bytes = node.Add("Subtract", {node.Add("FloorMod", {bytes, scalar(256)}, {}, "bytes"), scalar(128)}, {}, "bytes");
  OutputQuantized(node, node.Convert(bytes, ElementType::kI8, "signed"), InputRange(node, 1));
}

void ConvertQuantizedFlatten(NodeConverter& node) {
  node.RequireInputs(3);
  OutputQuantized(node, node.Flatten(QuantizedInput(node, 0)), InputRange(node, 1));
}

void ConvertQuantizedPooling(NodeConverter& node) {
  node.RequireInputs(3);
  const Value data = QuantizedInput(node, 0);
  if (node.Attrs().OneOf("pool_type", "max", {"max", "avg"}) == "avg")
    return OutputQuantized(node, AverageWindows(node, data), InputRange(node, 1));
  const Value pooled = PoolWindows(node, node.Convert(data, ElementType::kF32, "real"));
  OutputQuantized(node, node.Convert(pooled, data.Type(), "integers"), InputRange(node, 1));
}

void ConvertQuantizedConcat(NodeConverter& node) {
  const int64_t stated = node.Attrs().Int("num_args", static_cast<int64_t>(node.InputCount() / 3));
  const auto count = static_cast<size_t>(stated);
  node.Require(stated >= 1 && node.InputCount() == 3 * count, "got ", node.InputCount(),
               " inputs, expected three for each of num_args ", stated);
  std::vector<Value> parts;
  std::vector<Range> ranges;
  ElementType type = ElementType::kU8;
  Range whole{0.0f, 0.0f};
  for (size_t i = 0; i < count; ++i) {
    parts.push_back(QuantizedInput(node, i));
    ranges.push_back(InputRange(node, count + 2 * i));
    if (parts[i].Type() == ElementType::kI8) type = ElementType::kI8;
    whole = {Least(node, whole.min, ranges[i].min), Greatest(node, whole.max, ranges[i].max)};
  }
  const auto scale_of = [&](ElementType of, const Range& range) {
    return Divide(node, QuantizedRange(of), MaxAbs(node, range.min, range.max));
  };
  const Number target = scale_of(type, whole);
  for (size_t i = 0; i < count; ++i) {
    const Number own = scale_of(parts[i].Type(), ranges[i]);
    const bool same = own.IsKnown() && target.IsKnown() && own.Known() == target.Known();
    if (!same || parts[i].Type() != type)
      parts[i] = Requantize(node, parts[i], type, Divide(node, target, own), "part");
  }
  const int64_t axis = node.Axis(node.Attrs().Int("dim", 1), parts[0].Shape().Rank(), "dim");
  OutputQuantized(node, node.Add("Concat", parts, {{"axis", axis}}), whole);
}

void ConvertQuantizedElemwiseAdd(NodeConverter& node) {
  node.RequireInputs(6);
  Value a = QuantizedInput(node, 0), b = QuantizedInput(node, 1);
  node.Require(a.Shape() == b.Shape(), "shapes ", a.Shape(), " and ", b.Shape(), ": expected equal ones");
  const Range range_a = InputRange(node, 2), range_b = InputRange(node, 4);
  const std::optional<Range> calibrated = CalibratedRange(node);
  const Number largest_a = MaxAbs(node, range_a.min, range_a.max), largest_b = MaxAbs(node, range_b.min, range_b.max);
  const ElementType type_a = a.Type(), type_b = b.Type();
  const ElementType type = !calibrated ? ElementType::kI32 : type_a == type_b ? type_a : ElementType::kI8;
  Number scale_a = 0, scale_b = 0;
  Range range{0.0f, 0.0f};
  if (calibrated) {
    range = *calibrated;
    const Number target = Divide(node, QuantizedRange(type), MaxAbs(node, range.min, range.max));
    scale_a = Divide(node, target, Divide(node, QuantizedRange(type_a), largest_a));
    scale_b = Divide(node, target, Divide(node, QuantizedRange(type_b), largest_b));
  } else {
    range.max = Plus(node, largest_a, largest_b);
    range.min = Negated(node, range.max);
    const auto scale_of = [&](const Number& largest, ElementType of) {
      return Divide(node, Multiply(node, largest, kInt32Range), Multiply(node, range.max, QuantizedRange(of)));
    };
    scale_a = scale_of(largest_a, type_a);
    scale_b = scale_of(largest_b, type_b);
  }
  // Of two types, the unsigned one is brought to i8 first.
  if (type_a != type_b && type_a == ElementType::kU8) {
    a = Requantize(node, a, ElementType::kI8, scale_a, "signed");
    scale_a = 1.0f;
  } else if (type_a != type_b) {
    b = Requantize(node, b, ElementType::kI8, scale_b, "signed");
    scale_b = 1.0f;
  }
  const float known_b = RequireKnown(node, scale_b, "second input");
  const Value none = node.Constant(Tensor(ElementType::kF32, Shape{0}), "none");
  const Value sum = node.Add("Quantize", {a, scale_a.AsValue(node, "scale"), none, b},
                             {{"destination_type", TypeName(type)}, {"addend_scale", static_cast<double>(known_b)}});
  OutputQuantized(node, sum, range);
}

void ConvertQuantizedElemwiseMul(NodeConverter& node) {
  node.RequireInputs(6);
  const bool real = node.Attrs().Bool("enable_float_output", false);
  const Value a = QuantizedInput(node, 0), b = QuantizedInput(node, 1);
  node.Require(a.Type() == ElementType::kI8 && b.Type() == ElementType::kI8, "inputs of ", a.Type(), " and ", b.Type(),
               ": expected i8");
  const Range range_a = InputRange(node, 2), range_b = InputRange(node, 4);
  const std::optional<Range> calibrated = CalibratedRange(node);
  const auto scale_of = [&](const Range& range) {
    return Divide(node, kInt8Range, MaxAbs(node, range.min, range.max));
  };
  const Value product =
      node.Add("Multiply", {node.Convert(a, ElementType::kI32, "left"), node.Convert(b, ElementType::kI32, "right")},
               {}, "product");
  if (real) {
    // MXNet divides 1.0 by the first scale in double precision and by the second after that.
    const float scale_a = RequireKnown(node, scale_of(range_a), "first input"),
                scale_b = RequireKnown(node, scale_of(range_b), "second input");
    const auto scale = static_cast<float>(1.0 / static_cast<double>(scale_a) / static_cast<double>(scale_b));
    return node.Output(Requantize(node, product, ElementType::kF32, scale, "real"));
  }
  if (!calibrated) return OutputQuantized(node, product, ProductRange(node, range_a, range_b, false));
  const Number target = Divide(node, kInt8Range, MaxAbs(node, calibrated->min, calibrated->max));
  const Number scale = Divide(node, Divide(node, target, scale_of(range_a)), scale_of(range_b));
  const Value scaled = Requantize(node, product, ElementType::kF32, scale, "scaled");
  OutputQuantized(node, node.Convert(scaled, ElementType::kI8, "cut"), *calibrated);
}

void ConvertQuantizedBatchNorm(NodeConverter& node) {
  node.RequireInputs(7);
  const auto& attrs = node.Attrs();
  attrs.Ignore({"fix_gamma", "use_global_stats", "momentum", "output_mean_var"});
  const auto eps = static_cast<float>(attrs.Double("eps", 1e-3));
  Value data = QuantizedInput(node, 0);
  const Shape& shape = data.Shape();
  const int64_t axis = node.Axis(attrs.Int("axis", 1), shape.Rank()), channels = shape[axis];
  const std::optional<Range> calibrated = CalibratedRange(node);
  if (!calibrated) node.Bad("attributes min_calib_range and max_calib_range: got none, expected both");
  const Range range = InputRange(node, 5);
  const float largest = RequireKnown(node, MaxAbs(node, range.min, range.max), "data");
  const float target = MaxAbs(node, calibrated->min, calibrated->max).Known();
  std::vector<std::vector<float>> statistics;
  for (size_t i = 1; i <= 4; ++i) {
    const Value value = node.Weight(i, {channels}, ElementType::kF32);
    statistics.push_back(RequireConstant(node, value, "statistics").ToVector<float>());
  }
  if (data.Type() == ElementType::kU8)
    data = Requantize(node, data, ElementType::kI8, kInt8Range / kUint8Range, "signed");
  // Statistics in the data's quanta are those of mean 0 and variance 1, to which the layer still adds eps.
  const float spread = std::sqrt(1.0f + eps);
  std::vector<float> scale(static_cast<size_t>(channels)), shift(static_cast<size_t>(channels));
  for (size_t c = 0; c < scale.size(); ++c) {
    const float gamma = statistics[0][c], beta = statistics[1][c], mean = statistics[2][c];
    const auto inverse = static_cast<float>(1.0 / std::sqrt(static_cast<double>(statistics[3][c]) + eps));
    scale[c] = gamma * inverse * largest / target / spread;
    shift[c] = (beta - mean * gamma * inverse) * kInt8Range / target;
  }
  std::vector<int64_t> dims(static_cast<size_t>(shape.Rank()), 1);
  dims[static_cast<size_t>(axis)] = channels;
  const Value none = node.Constant(Tensor(ElementType::kF32, Shape{0}), "none");
  const Value y = node.Add("Quantize",
                           {data, node.Constant(Tensor::FromValues<float>(Shape(dims), scale), "scale"), none,
                            node.Constant(Tensor::FromValues<float>(Shape(dims), shift), "shift")},
                           {{"destination_type", "i8"}});
  OutputQuantized(node, y, *calibrated);
}

void ConvertQuantizedEmbedding(NodeConverter& node) {
  node.RequireInputs(4);
  const auto& attrs = node.Attrs();
  attrs.Ignore({"dtype", "sparse_grad"});
  const int64_t rows = attrs.Int("input_dim"), columns = attrs.Int("output_dim");
  if (rows < 1) attrs.Refuse("input_dim", "a positive number");
  const Value table = node.Weight(1, {rows, columns}, ElementType::kI8);
  Value indices = node.Input(0);
  if (indices.Type() != ElementType::kI64) indices = node.Convert(indices, ElementType::kI32, "indices");
  indices = node.Add("Clamp", {indices}, {{"min", 0.0}, {"max", static_cast<double>(rows - 1)}}, "clamped");
  OutputQuantized(node, node.Add("Gather", {table, indices, node.Index(0)}), InputRange(node, 2));
}

}  // namespace moir::mo

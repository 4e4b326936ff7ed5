// The table of the layers of IR v10 and v11: which function understands TYPE of which operation set.
#include "graph/ir/ir_v10_v11_operators.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <string>

#include "graph/error.h"
#include "graph/op_schema.h"
#include "graph/ops/axes.h"

namespace moir::graph {
namespace {

using Values = std::vector<Value>;

// The operator of the same meaning; files spell a few otherwise.
std::string_view OperatorName(std::string_view type) {
  if (type == "PReLU") return "PRelu";
  if (type == "SoftMax") return "Softmax";
  return type;
}

// The layer is an operator of ours: same inputs, attributes and meaning.
Values Same(NetLayerBuilder& layer) {
  const std::string_view op = OperatorName(layer.Layer().type);
  return layer.AddNode(op, "", layer.Inputs(), layer.SchemaAttributes(op));
}

// Both outputs of a node are wanted in the order they are; equal elements may come in any order, ours is stable.
Values TopK(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  Attributes attributes = layer.SchemaAttributes("TopK");
  attributes["stable"] = true;
  return layer.AddNode("TopK", "", layer.Inputs(), std::move(attributes));
}

Values BatchNormInference0(NetLayerBuilder& layer) {
  layer.RequireInputs(5, 5);
  return layer.AddNode("BatchNormInference", "",
                       {layer.Input(2), layer.Input(0), layer.Input(1), layer.Input(3), layer.Input(4)},
                       layer.SchemaAttributes("BatchNormInference"));
}

Values ConvertLike(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  return {layer.Convert(layer.Input(0), "", layer.Input(1).Type())};
}

Values Convert(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const std::string name = layer.Text("destination_type");
  const ElementType type = NetElementType(name);
  if (type == ElementType::kUndefined) layer.Unsupported("values of element type ", name, " cannot be computed");
  return layer.AddNode("Convert", "", layer.Inputs(), {{"destination_type", std::string(ElementTypeName(type))}});
}

Values CumSum(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 2);
  Values inputs = layer.Inputs();
  if (inputs.size() == 1) inputs.push_back(layer.Indices("axis", {0}));
  return layer.AddNode("CumSum", "", inputs, layer.SchemaAttributes("CumSum"));
}

Values ShapeOf(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  return layer.AddNode("ShapeOf", "", layer.Inputs(), layer.SchemaAttributes("ShapeOf"));
}

Values Range0(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 3);
  return layer.AddNode("Range", "", layer.Inputs(),
                       {{"output_type", std::string(ElementTypeName(layer.Input(0).Type()))}});
}

// Without an approximation there is only the exact function.
Values Gelu0(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  return layer.AddNode("Gelu", "", layer.Inputs(), {{"approximation_mode", std::string("ERF")}});
}

Values Swish(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 2);
  return layer.AddNode("Swish", "", layer.Inputs());
}

Values Squeeze(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 2);
  if (!layer.Bool("allow_axis_skip", false) || layer.InputCount() < 2)
    return layer.AddNode("Squeeze", "", layer.Inputs());
  // Axes of other sizes are kept.
  const Shape& data = layer.InputShape(0);
  std::vector<int64_t> axes;
  for (const int64_t axis : layer.StaticInts(1, "axes")) {
    if (data[data.NormalizeAxis(axis)] == 1) axes.push_back(axis);
  }
  return layer.AddNode("Squeeze", "", {layer.Input(0), layer.Indices("axes", axes)});
}

// Axes of the result listed after those in front of them have been inserted, so the order matters only for the count.
Values Unsqueeze(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  return layer.AddNode("Unsqueeze", "", layer.Inputs());
}

// Statistics over the axes behind the batch, or behind the channels.
Values Mvn1(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape& data = layer.InputShape(0);
  std::vector<int64_t> axes;
  if (layer.Has("reduction_axes")) {
    axes = layer.Ints("reduction_axes");
    layer.Ignore("across_channels");
  } else {
    for (int64_t axis = layer.Bool("across_channels", false) ? 1 : 2; axis < data.Rank(); ++axis) axes.push_back(axis);
  }
  return layer.AddNode("MVN", "", {layer.Input(0), layer.Indices("axes", axes)},
                       {{"normalize_variance", layer.Bool("normalize_variance", true)},
                        {"eps", layer.Double("eps")},
                        {"eps_mode", std::string("inside_sqrt")}});
}

// Per channel: scale * MVN(group of channels) + bias.
Values GroupNormalization(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 3);
  const Value data = layer.Input(0);
  const Shape shape = data.Shape();
  const int64_t groups = layer.Int("num_groups");
  layer.Require(shape.Rank() >= 2 && groups > 0 && shape[1] % groups == 0, "num_groups", groups,
                StrCat("a divisor of the channels of ", shape));
  std::vector<int64_t> channel_dims(static_cast<size_t>(shape.Rank()), 1);
  channel_dims[1] = shape[1];
  const Value grouped = layer.Reshape(
      data, "groups",
      Shape{shape[0], groups, Shape{shape[1] / groups, shape.NumElements(2, shape.Rank())}.NumElements()});
  const Value normal = layer.Add(
      "MVN", "normalized", {grouped, layer.Indices("axes", {2})},
      {{"normalize_variance", true}, {"eps", layer.Double("epsilon")}, {"eps_mode", std::string("inside_sqrt")}});
  const Value back = layer.Reshape(normal, "channels", shape);
  const Value scaled =
      layer.Add("Multiply", "scaled", {back, layer.Reshape(layer.Input(1), "scale", Shape(channel_dims))});
  return layer.AddNode("Add", "", {scaled, layer.Reshape(layer.Input(2), "bias", Shape(channel_dims))});
}

// The sizes of axes that have to come out of scale or size.
Values Interpolate0(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  const std::vector<int64_t> axes = layer.Ints("axes");
  const std::string mode = layer.OneOf("mode", {"nearest", "linear", "cubic"});
  const bool align = layer.Bool("align_corners", true), antialias = layer.Bool("antialias", false);
  Attributes attributes = {{"mode", mode == "linear" && !antialias ? std::string("linear_onnx") : mode},
                           {"shape_calculation_mode", std::string("sizes")},
                           {"coordinate_transformation_mode", std::string(align ? "align_corners" : "asymmetric")},
                           {"nearest_mode", std::string("simple")},
                           {"antialias", antialias},
                           {"pads_begin", layer.Ints("pads_begin", {})},
                           {"pads_end", layer.Ints("pads_end", {})}};
  const Value unused = layer.Constant("scales", Tensor(ElementType::kF32, Shape{static_cast<int64_t>(axes.size())}));
  return layer.AddNode("Interpolate", "", {layer.Input(0), layer.Input(1), unused, layer.Indices("axes", axes)},
                       std::move(attributes));
}

Values Interpolate11(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 3);
  if (const std::string mode = layer.Text("mode"); mode.find("pillow") != std::string::npos)
    layer.Unsupported("mode \"", mode, "\" cannot be computed; nearest, linear, linear_onnx and cubic can");
  const Attributes attributes = layer.SchemaAttributes("Interpolate");
  const Value given = layer.Input(1);
  const int64_t count = given.Shape().NumElements();
  Values inputs = {layer.Input(0), given, given};
  if (layer.OneOf("shape_calculation_mode", {"sizes", "scales"}) == "sizes") {
    inputs[2] = layer.Constant("scales", Tensor(ElementType::kF32, Shape{count}));
  } else {
    inputs[1] = layer.Constant("sizes", Tensor(ElementType::kI64, Shape{count}));
  }
  if (layer.InputCount() > 2) inputs.push_back(layer.Input(2));
  return layer.AddNode("Interpolate", "", inputs, attributes);
}

// How far the last window reaches beyond data and padding, per axis, and the padding that gives the same number of
// windows when that number is rounded down.
struct Ceiling {
  std::vector<int64_t> pads_end;
  bool reaches_beyond = false;
};
Ceiling RoundUp(NetLayerBuilder& layer, const std::vector<int64_t>& dilations, bool torch) {
  const Shape& data = layer.InputShape(0);
  const std::vector<int64_t> kernel = layer.Ints("kernel");
  const size_t axes = kernel.size();
  const std::vector<int64_t> strides = layer.Ints("strides", std::vector<int64_t>(axes, 1)),
                             begin = layer.Ints("pads_begin", std::vector<int64_t>(axes, 0));
  Ceiling result{layer.Ints("pads_end", std::vector<int64_t>(axes, 0))};
  layer.Require(static_cast<size_t>(data.Rank()) == axes + 2 && strides.size() == axes && begin.size() == axes &&
                    result.pads_end.size() == axes && dilations.size() == axes,
                "lengths of kernel, strides, pads and dilations", FormatAttribute(kernel),
                StrCat("one number for each axis of ", data, " behind the channels"));
  constexpr int64_t kLargest = int64_t{1} << 30;
  const std::vector<int64_t> ends = result.pads_end;
  for (size_t i = 0; i < axes; ++i) {
    for (const auto* list : {&kernel, &strides, &begin, &ends, &dilations})
      layer.Require((*list)[i] >= 0 && (*list)[i] < kLargest, "windows", FormatAttribute(*list), "numbers below 2^30");
    layer.Require(strides[i] > 0 && kernel[i] > 0, "strides and kernel", strides[i], "positive numbers");
    const int64_t padded = data[static_cast<int64_t>(i) + 2] + begin[i] + result.pads_end[i];
    const int64_t room = padded - (dilations[i] * (kernel[i] - 1) + 1);
    if (room < 0) continue;  // refused with the operator
    int64_t windows = (room + strides[i] - 1) / strides[i] + 1;
    // PyTorch leaves out a window that would start behind the data.
    if (torch && (windows - 1) * strides[i] >= data[static_cast<int64_t>(i) + 2] + begin[i]) --windows;
    const int64_t needed = (windows - 1) * strides[i] - room;
    if (needed > 0) {
      result.reaches_beyond = true;
      result.pads_end[i] += needed;
    }
  }
  return result;
}

Values MaxPool8(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const size_t axes = static_cast<size_t>(std::max<int64_t>(layer.InputShape(0).Rank() - 2, 0));
  const std::vector<int64_t> dilations = layer.Ints("dilations", std::vector<int64_t>(axes, 1));
  const std::string rounding = layer.OneOf("rounding_type", {"floor", "ceil", "ceil_torch"});
  const std::string auto_pad = layer.OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"});
  Attributes attributes = {{"kernel", layer.Ints("kernel")},
                           {"strides", layer.Ints("strides", {})},
                           {"pads_begin", layer.Ints("pads_begin", {})},
                           {"pads_end", layer.Ints("pads_end", {})},
                           {"rounding_type", rounding},
                           {"auto_pad", auto_pad}};
  // Padding never wins.
  if (rounding == "ceil_torch" || (rounding == "ceil" && auto_pad == "explicit")) {
    if (auto_pad == "explicit" || auto_pad == "valid")
      attributes["pads_end"] = RoundUp(layer, dilations, rounding == "ceil_torch").pads_end;
    attributes["rounding_type"] = std::string("floor");
  }
  const std::string index_type = layer.OneOf("index_element_type", {"i64", "i32"});
  const int64_t axis = layer.Int("axis", 0);
  const auto& outputs = layer.Layer().outputs;
  const bool simple = std::all_of(dilations.begin(), dilations.end(), [](int64_t d) { return d == 1; });
  if (simple && (outputs.size() < 2 || !layer.SecondOutputIsRead())) {
    Values result = layer.AddNode("MaxPool", "", layer.Inputs(), std::move(attributes));
    // Nobody reads the positions.
    if (outputs.size() > 1) result.push_back({});
    return result;
  }
  attributes["dilations"] = dilations;
  attributes["axis"] = axis;
  attributes["index_element_type"] = index_type;
  return layer.AddNode("MaxPoolWithIndices", "", layer.Inputs(), std::move(attributes));
}

Values AvgPool(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  for (const int64_t dilation : layer.Ints("dilations", {})) {
    if (dilation != 1) layer.Unsupported("dilations ", layer.Text("dilations"), " cannot be computed");
  }
  const std::string rounding = layer.OneOf("rounding_type", {"floor", "ceil", "ceil_torch"});
  const std::string auto_pad = layer.OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"});
  const bool exclude = layer.Bool("exclude-pad", layer.Bool("exclude_pad", false));
  Attributes attributes = {{"kernel", layer.Ints("kernel")},
                           {"strides", layer.Ints("strides", {})},
                           {"pads_begin", layer.Ints("pads_begin", {})},
                           {"pads_end", layer.Ints("pads_end", {})},
                           {"rounding_type", std::string(rounding == "floor" ? "floor" : "ceil")},
                           {"auto_pad", auto_pad},
                           {"exclude-pad", exclude}};
  if (rounding != "floor" && auto_pad == "explicit") {
    const std::vector<int64_t> ones(std::get<std::vector<int64_t>>(attributes["kernel"]).size(), 1);
    const Ceiling up = RoundUp(layer, ones, rounding == "ceil_torch");
    if (up.reaches_beyond && !exclude) {
      // Our "ceil" leaves out what lies beyond the padding, which is PyTorch's rule, but PyTorch may have a window
      // less.
      const Ceiling all = RoundUp(layer, ones, false);
      if (rounding == "ceil" || up.pads_end != all.pads_end) {
        layer.Unsupported("rounding_type \"", rounding,
                          "\" with a window that reaches beyond the padding cannot be computed without exclude-pad");
      }
    } else {
      attributes["rounding_type"] = std::string("floor");
      attributes["pads_end"] = up.pads_end;
    }
  }
  return layer.AddNode("AvgPool", "", layer.Inputs(), std::move(attributes));
}

// A wanted size of the result takes the place of pads: what is too much goes at the end, or at both with auto_pad.
Values Deconvolution(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 3);
  const std::string op = layer.Layer().type;
  const std::string auto_pad = layer.OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"});
  // Without a wanted size every other way to pad means no pads.
  Attributes attributes = {{"auto_pad", std::string(auto_pad == "explicit" ? "explicit" : "valid")}};
  for (const char* name : {"strides", "pads_begin", "pads_end", "dilations", "output_padding"}) {
    if (layer.Has(name)) attributes[name] = layer.Ints(name);
  }
  if (layer.InputCount() < 3) return layer.AddNode(op, "", layer.Inputs(), std::move(attributes));
  const Shape &data = layer.InputShape(0), &weights = layer.InputShape(1);
  const std::vector<int64_t> sizes = layer.StaticInts(2, "output_shape");
  const size_t axes = sizes.size();
  layer.Require(static_cast<size_t>(data.Rank()) == axes + 2 && static_cast<size_t>(weights.Rank()) >= axes + 2,
                "output_shape", FormatAttribute(sizes), StrCat("one size per axis of ", data, " behind the channels"));
  const auto list = [&](std::string_view name, int64_t fallback) {
    std::vector<int64_t> values = layer.Ints(name, {});
    if (values.empty()) values.assign(axes, fallback);
    layer.Require(values.size() == axes, name, FormatAttribute(values), StrCat(axes, " numbers"));
    for (const int64_t value : values)
      layer.Require(value >= 0 && value < (1 << 30), name, FormatAttribute(values), "numbers from 0 to 2^30");
    return values;
  };
  const std::vector<int64_t> strides = list("strides", 1), dilations = list("dilations", 1),
                             more = list("output_padding", 0), given = list("pads_begin", 0);
  std::vector<int64_t> begin, end;
  for (size_t i = 0; i < axes; ++i) {
    const int64_t in = data[static_cast<int64_t>(i) + 2];
    const int64_t kernel = weights[weights.Rank() - static_cast<int64_t>(axes - i)];
    layer.Require(in < (1 << 30) && kernel < (1 << 30), "sizes", StrCat(in, ", ", kernel), "numbers below 2^30");
    const int64_t total = strides[i] * (in - 1) + dilations[i] * (kernel - 1) + 1 + more[i] - sizes[i];
    layer.Require(sizes[i] > 0 && total >= 0, "output_shape", FormatAttribute(sizes),
                  StrCat("at most ", total + sizes[i], " at axis ", i + 2));
    begin.push_back(auto_pad == "same_upper" ? total - total / 2 : auto_pad == "same_lower" ? total / 2 : given[i]);
    layer.Require(begin.back() <= total, "pads_begin", begin.back(), StrCat("at most ", total));
    end.push_back(total - begin.back());
  }
  attributes["auto_pad"] = std::string("explicit");
  attributes["pads_begin"] = begin;
  attributes["pads_end"] = end;
  return layer.AddNode(op, "", {layer.Input(0), layer.Input(1)}, std::move(attributes));
}

Values DeformableConvolution(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 4);
  return layer.AddNode("DeformableConvolution", "", layer.Inputs(), layer.SchemaAttributes("DeformableConvolution"));
}

// Negative indices count from the end, or, as everywhere before, stand for nothing.
Values OneHot16(NetLayerBuilder& layer) {
  layer.RequireInputs(4, 4);
  const Attributes attributes = layer.SchemaAttributes("OneHot");
  const bool ignores = layer.OneOf("negative_indices_mode", {"ignore_negative", "normalize"}) == "ignore_negative";
  Values inputs = layer.Inputs();
  if (!ignores) {
    const ElementType type = inputs[0].Type();
    const Value zero = layer.Scalar("zero", 0, type);
    const Value depth = layer.Constant("depth", Tensor::Scalar<int64_t>(layer.StaticInt(1, "depth")).ConvertTo(type));
    inputs[0] = layer.Add("Select", "indices",
                          {layer.Add("Less", "negative", {inputs[0], zero}),
                           layer.Add("Add", "from_the_end", {inputs[0], depth}), inputs[0]});
  }
  return layer.AddNode("OneHot", "", inputs, attributes);
}

// Among how many bounds the value is the first not to be beyond.
Values Bucketize(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  const std::string type = layer.OneOf("output_type", {"i64", "i32"});
  const bool right = layer.Bool("with_right_bound", true);
  Value data = layer.Input(0), bounds = layer.Input(1);
  if (data.Type() != bounds.Type()) {
    data = layer.Convert(data, "data_f64", ElementType::kF64);
    bounds = layer.Convert(bounds, "bounds_f64", ElementType::kF64);
  }
  std::vector<int64_t> dims = data.Shape().Dims();
  dims.push_back(1);
  const Value column = layer.Reshape(data, "column", Shape(dims));
  const Value beyond = layer.Add(right ? "Greater" : "GreaterEqual", "beyond", {column, bounds});
  const Value ones = layer.Add("Convert", "ones", {beyond}, {{"destination_type", type}});
  return layer.AddNode("ReduceSum", "", {ones, layer.Indices("axis", {-1})}, {{"keep_dims", false}});
}

// Rows of a table, weighted and added up per line of indices.
Values EmbeddingBagPacked(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 3);
  const std::string reduction = layer.OneOf("reduction", {"sum", "mean"});
  Value rows = layer.Add("Gather", "rows", {layer.Input(0), layer.Input(1), layer.Indices("axis", {0})});
  if (layer.InputCount() > 2) {
    std::vector<int64_t> dims = layer.InputShape(2).Dims();
    dims.resize(static_cast<size_t>(rows.Shape().Rank()), 1);
    rows = layer.Add("Multiply", "weighted", {rows, layer.Reshape(layer.Input(2), "weights", Shape(dims))});
  }
  return layer.AddNode(reduction == "sum" ? "ReduceSum" : "ReduceMean", "", {rows, layer.Indices("line", {1})},
                       {{"keep_dims", false}});
}

Values FirstInput(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  return {layer.Input(0)};
}

struct Entry {
  int64_t opset;  // the first with this meaning
  NetOperator function;
};

// Per type in the order of operation sets. A plain array: GCC takes 15 seconds for a map with as many initializers.
struct TypeEntries {
  std::string_view type;
  Entry entries[3];  // the unused ones at the end have no function
};
constexpr TypeEntries kTable[] = {
    {"Abs", {{1, Same}}},
    {"Acos", {{1, Same}}},
    {"Acosh", {{3, Same}}},
    {"AdaptiveAvgPool", {{8, Same}}},
    {"Add", {{1, Same}}},
    {"Asin", {{1, Same}}},
    {"Asinh", {{3, Same}}},
    {"Atan", {{1, Same}}},
    {"Atanh", {{3, Same}}},
    {"AvgPool", {{1, AvgPool}}},
    {"BatchNormInference", {{1, BatchNormInference0}, {5, Same}}},
    {"BatchToSpace", {{2, NetBatchToSpace}}},
    {"BitwiseAnd", {{13, Same}}},
    {"BitwiseNot", {{13, Same}}},
    {"BitwiseOr", {{13, Same}}},
    {"BitwiseXor", {{13, Same}}},
    {"Broadcast", {{1, NetBroadcast}}},
    {"Bucketize", {{3, Bucketize}}},
    {"CTCGreedyDecoder", {{1, Same}}},
    {"Ceiling", {{1, Same}}},
    {"Clamp", {{1, Same}}},
    {"Concat", {{1, Same}}},
    {"Convert", {{1, Convert}}},
    {"ConvertLike", {{1, ConvertLike}}},
    {"Convolution", {{1, Same}}},
    {"ConvolutionBackpropData", {{1, Deconvolution}}},
    {"Cos", {{1, Same}}},
    {"Cosh", {{1, Same}}},
    {"CumSum", {{3, CumSum}}},
    {"DeformableConvolution", {{1, DeformableConvolution}}},
    {"DepthToSpace", {{1, NetDepthToSpace}}},
    {"DetectionOutput", {{1, NetDetectionOutput}}},
    {"Divide", {{1, Same}}},
    {"Einsum", {{7, NetEinsum}}},
    {"Elu", {{1, Same}}},
    {"EmbeddingBagPacked", {{15, EmbeddingBagPacked}}},
    {"EmbeddingBagPackedSum", {{3, EmbeddingBagPacked}}},
    {"Equal", {{1, Same}}},
    {"Erf", {{1, Same}}},
    {"Exp", {{1, Same}}},
    {"ExtractImagePatches", {{3, NetExtractImagePatches}}},
    {"Eye", {{9, NetEye}}},
    {"FakeQuantize", {{1, Same}}},
    {"Floor", {{1, Same}}},
    {"FloorMod", {{1, Same}}},
    {"GRUCell", {{3, NetGruCell}}},
    {"GRUSequence", {{5, NetGruSequence}}},
    {"Gather", {{1, Same}}},
    {"GatherElements", {{6, Same}}},
    {"GatherND", {{5, NetGatherNd5}, {8, Same}}},
    {"Gelu", {{2, Gelu0}, {7, Same}}},
    {"Greater", {{1, Same}}},
    {"GreaterEqual", {{1, Same}}},
    {"GridSample", {{9, Same}}},
    {"GroupConvolution", {{1, Same}}},
    {"GroupConvolutionBackpropData", {{1, Deconvolution}}},
    {"GroupNormalization", {{12, GroupNormalization}}},
    {"HSigmoid", {{5, Same}}},
    {"HSwish", {{4, Same}}},
    {"HardSigmoid", {{1, Same}}},
    {"Identity", {{16, FirstInput}}},
    {"Interpolate", {{1, Interpolate0}, {4, Same}, {11, Interpolate11}}},
    {"Inverse", {{14, Same}}},
    {"IsFinite", {{10, Same}}},
    {"IsInf", {{10, Same}}},
    {"IsNaN", {{10, Same}}},
    {"LRN", {{1, Same}}},
    {"LSTMCell", {{1, NetLstmCell0}, {4, NetLstmCell4}}},
    {"LSTMSequence", {{1, NetLstmSequence0}, {5, NetLstmSequence5}}},
    {"Less", {{1, Same}}},
    {"LessEqual", {{1, Same}}},
    {"Log", {{1, Same}}},
    {"LogSoftmax", {{5, Same}}},
    {"LogicalAnd", {{1, Same}}},
    {"LogicalNot", {{1, Same}}},
    {"LogicalOr", {{1, Same}}},
    {"LogicalXor", {{1, Same}}},
    {"MVN", {{1, Mvn1}, {6, Same}}},
    {"MatMul", {{1, Same}}},
    {"MaxPool", {{1, MaxPool8}}},
    {"Maximum", {{1, Same}}},
    {"Minimum", {{1, Same}}},
    {"Mish", {{4, Same}}},
    {"Mod", {{1, Same}}},
    {"Multiply", {{1, Same}}},
    {"Negative", {{1, Same}}},
    {"NonMaxSuppression", {{1, NetNonMaxSuppression1}, {5, NetNonMaxSuppression5}}},
    {"NormalizeL2", {{1, Same}}},
    {"NotEqual", {{1, Same}}},
    {"OneHot", {{1, Same}, {16, OneHot16}}},
    {"PReLU", {{1, Same}}},
    {"PRelu", {{1, Same}}},
    {"PSROIPooling", {{1, NetPsRoiPooling}}},
    {"Pad", {{1, NetPad}}},
    {"Power", {{1, Same}}},
    {"PriorBox", {{1, NetPriorBox}}},
    {"PriorBoxClustered", {{1, NetPriorBoxClustered}}},
    {"Proposal", {{1, NetProposal}}},
    {"RNNCell", {{1, NetRnnCell}}},
    {"RNNSequence", {{5, NetRnnSequence}}},
    {"ROIAlign", {{3, NetRoiAlign}}},
    {"ROIPooling", {{1, NetRoiPooling}}},
    {"Range", {{1, Range0}, {4, Same}}},
    {"ReLU", {{1, Same}}},
    {"ReduceL1", {{4, Same}}},
    {"ReduceL2", {{4, Same}}},
    {"ReduceLogicalAnd", {{1, Same}}},
    {"ReduceLogicalOr", {{1, Same}}},
    {"ReduceMax", {{1, Same}}},
    {"ReduceMean", {{1, Same}}},
    {"ReduceMin", {{1, Same}}},
    {"ReduceProd", {{1, Same}}},
    {"ReduceSum", {{1, Same}}},
    {"RegionYolo", {{1, NetRegionYolo}}},
    {"ReorgYolo", {{1, NetReorgYolo}}},
    {"Reshape", {{1, Same}}},
    {"Reverse", {{1, NetReverse}}},
    {"ReverseSequence", {{1, Same}}},
    {"Round", {{5, Same}}},
    {"ScaledDotProductAttention", {{13, NetScaledDotProductAttention}}},
    {"ScatterElementsUpdate", {{3, Same}}},
    {"ScatterNDUpdate", {{3, Same}}},
    {"ScatterUpdate", {{3, NetScatterUpdate}}},
    {"Select", {{1, Same}}},
    {"Selu", {{1, Same}}},
    {"ShapeOf", {{1, ShapeOf}}},
    {"ShuffleChannels", {{1, NetShuffleChannels}}},
    {"Sigmoid", {{1, Same}}},
    {"Sign", {{1, Same}}},
    {"Sin", {{1, Same}}},
    {"Sinh", {{1, Same}}},
    {"Slice", {{8, Same}}},
    {"SoftMax", {{1, Same}}},
    {"SoftPlus", {{4, Same}}},
    {"SoftSign", {{9, Same}}},
    {"Softmax", {{1, Same}}},
    {"SpaceToBatch", {{2, NetSpaceToBatch}}},
    {"SpaceToDepth", {{1, NetSpaceToDepth}}},
    {"Split", {{1, Same}}},
    {"Sqrt", {{1, Same}}},
    {"SquaredDifference", {{1, Same}}},
    {"Squeeze", {{1, Squeeze}}},
    {"StridedSlice", {{1, NetStridedSlice}}},
    {"Subtract", {{1, Same}}},
    {"Swish", {{4, Swish}}},
    {"Tan", {{1, Same}}},
    {"Tanh", {{1, Same}}},
    {"Tile", {{1, Same}}},
    {"TopK", {{1, TopK}}},
    {"Transpose", {{1, Same}}},
    {"Unsqueeze", {{1, Unsqueeze}}},
    {"VariadicSplit", {{1, Same}}},
};

const Entry* FindEntries(std::string_view type) {
  static const std::map<std::string_view, const Entry*> by_type = [] {
    std::map<std::string_view, const Entry*> result;
    for (const TypeEntries& row : kTable) result.emplace(row.type, row.entries);
    return result;
  }();
  const auto found = by_type.find(type);
  return found == by_type.end() ? nullptr : found->second;
}

constexpr std::string_view kDataDependent = "the shape of its result depends on the data";
constexpr std::string_view kRandom = "it draws random numbers";
constexpr std::string_view kInternal = "an operator of OpenVINO's plug-ins, which files should not contain";
constexpr std::string_view kText = "there are no tensors of strings";
constexpr std::string_view kComplex = "there are no transforms into frequencies";
struct Refusal {
  std::string_view type;
  std::string_view reason;
};
constexpr Refusal kRefused[] = {
    {"NonZero", kDataDependent},
    {"Unique", kDataDependent},
    {"MatrixNms", kDataDependent},
    {"MulticlassNms", kDataDependent},
    {"CTCGreedyDecoderSeqLen", "it cannot be computed"},
    {"Multinomial", kRandom},
    {"RandomUniform", kRandom},
    {"RMS", kInternal},
    {"RoPE", kInternal},
    {"FullyConnected", kInternal},
    {"PagedAttentionExtension", kInternal},
    {"StringTensorPack", kText},
    {"StringTensorUnpack", kText},
    {"DFT", kComplex},
    {"IDFT", kComplex},
    {"RDFT", kComplex},
    {"IRDFT", kComplex},
    {"STFT", kComplex},
    {"ISTFT", kComplex},
};

}  // namespace

NetOperator FindNetOperator(std::string_view type, int64_t opset) {
  const Entry* entries = FindEntries(type);
  if (!entries) return nullptr;
  NetOperator function = nullptr;
  for (const Entry& entry : std::span(entries, std::size(TypeEntries{}.entries))) {
    if (entry.function && entry.opset <= opset) function = entry.function;
  }
  return function;
}

bool IsNetOperatorType(std::string_view type) { return FindEntries(type) != nullptr; }

std::string_view WhyRefused(std::string_view type) {
  for (const Refusal& refusal : kRefused) {
    if (refusal.type == type) return refusal.reason;
  }
  return {};
}

}  // namespace moir::graph

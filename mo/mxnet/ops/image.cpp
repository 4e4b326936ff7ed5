// Gluon's transforms of pictures, [H, W, C] or [N, H, W, C] up to _image_to_tensor and channels first behind it.
#include <cmath>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

// The axis of the height in [H, W, C] or [N, H, W, C].
int64_t HeightAxis(const NodeConverter& node, const Shape& shape) {
  node.Require(shape.Rank() == 3 || shape.Rank() == 4, "data of shape ", shape, ": expected [H,W,C] or [N,H,W,C]");
  return shape.Rank() - 3;
}

// (height, width) of a resized picture: size is (width, height) or one number for both sides, with keep_ratio for the
// shorter one.
std::vector<int64_t> ResizedSize(const NodeConverter& node, int64_t height, int64_t width) {
  const std::vector<int64_t> size = node.Attrs().Ints("size", std::vector<int64_t>{});
  const bool keep_ratio = node.Attrs().Bool("keep_ratio", false);
  constexpr int64_t kLargest = 1 << 20;
  for (const int64_t side : size) {
    if (side < 1 || side > kLargest) node.Attrs().Refuse("size", "positive sizes");
  }
  if (size.size() == 2) return {size[1], size[0]};
  if (size.size() != 1) node.Attrs().Refuse("size", "one or two sizes");
  if (!keep_ratio) return {size[0], size[0]};
  if (height > width) return {height * size[0] / width, size[0]};
  return {size[0], width * size[0] / height};
}

// OpenCV's nearest element for each position of a resized axis.
std::vector<int64_t> NearestIndices(int64_t in, int64_t out) {
  const double step = 1.0 / (static_cast<double>(out) / static_cast<double>(in));
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < out; ++i)
    indices.push_back(std::min(static_cast<int64_t>(std::floor(static_cast<double>(i) * step)), in - 1));
  return indices;
}

}  // namespace

// OpenCV's resize. Bytes are interpolated there in fixed point, which is not expressed here.
void ConvertImageResize(NodeConverter& node) {
  node.RequireInputs(1);
  const int64_t method = node.Attrs().Int("interp", 1);
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  const int64_t axis = HeightAxis(node, shape), height = shape[axis], width = shape[axis + 1];
  node.Require(height > 0 && width > 0, "data of shape ", shape, ": expected a picture");
  const std::vector<int64_t> size = ResizedSize(node, height, width);
  node.Require(size[0] > 0 && size[1] > 0, "resized to ", size[0], " x ", size[1], ", expected positive sizes");
  if (size[0] == height && size[1] == width) {
    node.Output(data);
    return;
  }
  if (method == 0) {
    Value y = node.Add("Gather", {data, node.Indices(NearestIndices(height, size[0]), "rows"), node.Index(axis)}, {},
                       "nearest_rows");
    node.Output(node.Add(
        "Gather", {y, node.Indices(NearestIndices(width, size[1]), "columns"), node.Index(axis + 1, "column_axis")}));
    return;
  }
  if (method != 1 && method != 2)
    node.Unsupported("attribute interp: got ", method,
                     ", expected 0 (nearest), 1 (linear) or 2 (cubic); resize the pictures before the model");
  if (data.Type() != ElementType::kF32 && data.Type() != ElementType::kF64)
    node.Unsupported("pictures of ", data.Type(),
                     " are interpolated in fixed point; resize them before the model, or cast to float32 first");
  const auto scale = [](int64_t in, int64_t out) { return static_cast<float>(out) / static_cast<float>(in); };
  node.Output(node.Add(
      "Interpolate",
      {data, node.Indices(size, "sizes"),
       node.Constant(Tensor::FromValues<float>(Shape{2}, {scale(height, size[0]), scale(width, size[1])}), "scales"),
       node.Indices({axis, axis + 1}, "axes")},
      {{"mode", method == 1 ? "linear_onnx" : "cubic"},
       {"shape_calculation_mode", "sizes"},
       {"coordinate_transformation_mode", "half_pixel"}}));
}

void ConvertImageCrop(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  const int64_t axis = HeightAxis(node, shape), channels = shape[axis + 2];
  node.Require(channels == 1 || channels == 3, "data of shape ", shape, ": expected 1 or 3 channels");
  const int64_t x = attrs.Int("x"), y = attrs.Int("y"), width = attrs.Int("width"), height = attrs.Int("height");
  const auto check = [&](int64_t begin, int64_t size, int64_t whole, const char* begin_name, const char* size_name) {
    if (size < 1 || size > whole) attrs.Refuse(size_name, StrCat("1 to ", whole));
    if (begin < 0 || begin > whole - size) attrs.Refuse(begin_name, StrCat("0 to ", whole - size));
  };
  check(y, height, shape[axis], "y", "height");
  check(x, width, shape[axis + 1], "x", "width");
  node.Output(node.Add("Slice", {data, node.Indices({y, x}, "start"), node.Indices({y + height, x + width}, "stop"),
                                 node.Indices({1, 1}, "step"), node.Indices({axis, axis + 1}, "axes")}));
}

// Bytes to numbers from 0 to 1, channels first, as float32.
void ConvertImageToTensor(NodeConverter& node) {
  node.RequireInputs(1);
  Value data = node.Input(0);
  const Shape shape = data.Shape();
  HeightAxis(node, shape);
  if (data.Type() == ElementType::kF16 || data.Type() == ElementType::kBF16)
    node.Unsupported("pictures of ", data.Type(), " are divided in half precision; cast to float32 first");
  const bool wide = data.Type() == ElementType::kF64;
  if (!wide && data.Type() != ElementType::kF32) data = node.Convert(data, ElementType::kF32, "float");
  data = node.Add("Divide", {data, node.Scalar(255, data.Type(), "largest")}, {}, "unit");
  if (wide) data = node.Convert(data, ElementType::kF32, "float");
  node.Output(node.Transpose(data, shape.Rank() == 3 ? std::vector<int64_t>{2, 0, 1} : std::vector<int64_t>{0, 3, 1, 2},
                             "channels_first"));
}

// (x - mean) / std per channel of [C, H, W] or [N, C, H, W].
void ConvertImageNormalize(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() == 3 || shape.Rank() == 4, "data of shape ", shape, ": expected [C,H,W] or [N,C,H,W]");
  const int64_t channels = shape[shape.Rank() - 3];
  node.Require(channels == 1 || channels == 3, "data of shape ", shape, ": expected 1 or 3 channels");
  if (!IsFloat(data.Type()))
    node.Unsupported("pictures of ", data.Type(), " are normalized in whole numbers; cast to float32 first");
  // MXNet's defaults are four numbers, which fit no picture.
  const auto per_channel = [&](const char* name, double absent) {
    const std::vector<double> numbers = attrs.Doubles(name, std::vector<double>(4, absent));
    if (numbers.size() != 1 && static_cast<int64_t>(numbers.size()) != channels)
      attrs.Refuse(name, StrCat("one number or one for each of the ", channels, " channels"));
    const std::vector<float> values(numbers.begin(), numbers.end());
    const Shape dims{static_cast<int64_t>(values.size()), 1, 1};
    return node.Constant(Tensor::FromValues<float>(dims, values).ConvertTo(data.Type()), name);
  };
  const Value mean = per_channel("mean", 0), deviation = per_channel("std", 1);
  node.Output(node.Add("Divide", {node.Add("Subtract", {data, mean}, {}, "centered"), deviation}));
}

}  // namespace moir::mo

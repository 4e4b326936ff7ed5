// Layer Resample: the two spatial axes enlarged by `factor`, by repeating (NEAREST, whole factors) or linearly between
// pixel centres (LINEAR). Layer Interp: bilinear with aligned corners to height x width.
#include <cmath>

#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

Value Interpolate(Expansion& layer, int64_t height, int64_t width, std::string mode, std::string coordinates,
                  std::string nearest) {
  const Shape& data = layer.InputShape(0);
  layer.Require(data.Rank() == 4, "data", data, "rank 4");
  layer.Require(height > 0 && width > 0, "output size", StrCat(height, " x ", width), "positive numbers");
  const auto scale = [](int64_t to, int64_t from) { return static_cast<float>(to) / static_cast<float>(from); };
  const Value scales =
      layer.Constant("scales", Tensor::FromValues<float>(Shape{2}, {scale(height, data[2]), scale(width, data[3])}));
  return layer.Add("Interpolate", "interpolate",
                   {layer.Input(0), layer.Indices("sizes", {height, width}), scales, layer.Indices("axes", {2, 3})},
                   {{"mode", std::move(mode)},
                    {"shape_calculation_mode", std::string("sizes")},
                    {"coordinate_transformation_mode", std::move(coordinates)},
                    {"nearest_mode", std::move(nearest)}});
}

std::vector<Value> Resample(Expansion& layer) {
  const Shape& data = layer.InputShape(0);
  const double factor = layer.Attr<double>("factor");
  layer.Require(data.Rank() == 4, "data", data, "rank 4");
  layer.Require(factor >= 1 && factor <= 65536, "factor", factor, "a number from 1 on");
  const auto resized = [&](int64_t size) {
    return static_cast<int64_t>(std::floor(static_cast<double>(size) * factor));
  };
  const auto& type = layer.Attr<std::string>("type");
  if (type == "caffe.ResampleParameter.NEAREST") {
    if (factor != std::floor(factor))
      layer.Unsupported(StrCat("factor ", factor, " of the nearest pixel is not a whole number"));
    return {Interpolate(layer, resized(data[2]), resized(data[3]), "nearest", "asymmetric", "floor")};
  }
  return {Interpolate(layer, resized(data[2]), resized(data[3]), "linear_onnx", "half_pixel", "round_prefer_floor")};
}

std::vector<Value> Interp(Expansion& layer) {
  const auto& begin = layer.Attr<int64_t>("pad_beg");
  const auto& end = layer.Attr<int64_t>("pad_end");
  if (begin != 0 || end != 0) layer.Unsupported("padding of an Interp layer");
  return {Interpolate(layer, layer.Attr<int64_t>("height"), layer.Attr<int64_t>("width"), "linear_onnx",
                      "align_corners", "round_prefer_floor")};
}

}  // namespace

OpSchema IeResampleSchema() {
  return IeSchema(
      "Resample", {"data"},
      {RequiredAttribute<double>("factor"),
       AttributeSchema::OneOf("type", {"caffe.ResampleParameter.NEAREST", "caffe.ResampleParameter.LINEAR"}),
       {"antialias", int64_t{0}}},
      Resample);
}

OpSchema IeInterpSchema() {
  return IeSchema("Interp", {"data"},
                  {RequiredAttribute<int64_t>("height"),
                   RequiredAttribute<int64_t>("width"),
                   {"pad_beg", int64_t{0}},
                   {"pad_end", int64_t{0}}},
                  Interp);
}

}  // namespace moir::graph

// Layers about boxes and regions.
#include <algorithm>

#include "graph/error.h"
#include "graph/ir/ir_v10_v11_operators.h"

namespace moir::graph {
namespace {

using Values = std::vector<Value>;

// Inputs that older versions leave out are zero.
Values Suppress(NetLayerBuilder& layer, std::string output_type) {
  layer.RequireInputs(2, 6);
  const ElementType type = layer.Input(0).Type();
  Values inputs = {layer.Input(0), layer.Input(1)};
  inputs.push_back(layer.InputCount() > 2 ? layer.Input(2) : layer.Indices("max_boxes", {0}));
  for (size_t i = 3; i < 6; ++i)
    inputs.push_back(layer.InputCount() > i ? layer.Input(i) : layer.Scalar(StrCat("zero", i), 0, type));
  std::string encoding = "corner";
  if (layer.Has("box_encoding")) encoding = layer.OneOf("box_encoding", {"corner", "center"});
  const bool sort = layer.Bool("sort_result_descending", true);
  return layer.AddNode("NonMaxSuppression", "", inputs,
                       {{"box_encoding", encoding}, {"sort_result_descending", sort}, {"output_type", output_type}});
}

Value Part(NetLayerBuilder& layer, Value data, std::string_view suffix, int64_t axis, int64_t start, int64_t stop) {
  return layer.Add("Slice", suffix,
                   {data, layer.Indices("start", {start}), layer.Indices("stop", {stop}), layer.Indices("step", {1}),
                    layer.Indices("axis", {axis})});
}

}  // namespace

// Versions 1 to 4 have one output.
Values NetNonMaxSuppression1(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 5);
  Values made = Suppress(layer, layer.OneOf("output_type", {"i64", "i32"}));
  made.resize(1);
  return made;
}

Values NetNonMaxSuppression5(NetLayerBuilder& layer) {
  return Suppress(layer, layer.OneOf("output_type", {"i64", "i32"}));
}

Values NetPriorBox(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  return layer.AddNode("PriorBox", "", layer.Inputs(), layer.SchemaAttributes("PriorBox"));
}

Values NetPriorBoxClustered(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  return layer.AddNode("PriorBoxClustered", "", layer.Inputs(), layer.SchemaAttributes("PriorBoxClustered"));
}

// What the layer of the old IR means, with the numbers spelled as truth values and keep_top_k as a list.
Values NetDetectionOutput(NetLayerBuilder& layer) {
  if (layer.InputCount() > 3) layer.Unsupported("auxiliary predictions (inputs 3 and 4) cannot be computed");
  layer.RequireInputs(3, 3);
  const auto flag = [&](std::string_view name, bool fallback) {
    return static_cast<int64_t>(layer.Bool(name, fallback) ? 1 : 0);
  };
  const bool normalized = layer.Bool("normalized", false);
  if (!normalized) layer.Unsupported("priors in pixels (normalized=\"false\") cannot be computed");
  for (const char* name : {"input_height", "input_width", "objectness_score"}) layer.Ignore(name);
  if (layer.Bool("clip_after_nms", false)) layer.Unsupported("clip_after_nms cannot be computed");
  const std::vector<int64_t> keep = layer.Ints("keep_top_k");
  layer.Require(!keep.empty() && keep[0] > 0, "keep_top_k", FormatAttribute(keep), "a positive number");
  const std::string code =
      layer.OneOf("code_type", {"caffe.PriorBoxParameter.CORNER", "caffe.PriorBoxParameter.CENTER_SIZE"});
  const Shape& logits = layer.InputShape(0);
  const Shape& scores = layer.InputShape(1);
  const Shape& priors = layer.InputShape(2);
  layer.Require(priors.Rank() == 3 && priors[0] == 1, "shape of priors", priors, "[1,2,boxes * 4]");
  layer.Require(scores.Rank() == 2 && logits.Rank() == 2, "shapes of the predictions", StrCat(logits, ", ", scores),
                "two axes each");
  // Older files say how many classes there are, newer ones leave it to the shapes.
  const int64_t boxes = priors[2] / 4;
  const int64_t classes = layer.Has("num_classes") ? layer.Int("num_classes") : boxes > 0 ? scores[1] / boxes : 0;
  return layer.AddNode("ie.DetectionOutput", "", layer.Inputs(),
                       {{"num_classes", classes},
                        {"background_label_id", layer.Int("background_label_id", 0)},
                        {"top_k", layer.Int("top_k", -1)},
                        {"keep_top_k", keep[0]},
                        {"nms_threshold", layer.Double("nms_threshold")},
                        {"confidence_threshold", layer.Double("confidence_threshold", 0)},
                        {"share_location", flag("share_location", true)},
                        {"clip", flag("clip_before_nms", false)},
                        {"decrease_label_id", flag("decrease_label_id", false)},
                        {"normalized", int64_t{1}},
                        {"variance_encoded_in_target", flag("variance_encoded_in_target", false)},
                        {"code_type", code}});
}

// Version 1 has no scores among its outputs.
Values NetProposal(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 3);
  if (layer.Bool("for_deformable", false)) layer.Unsupported("for_deformable cannot be computed");
  return layer.AddNode("Proposal", "", layer.Inputs(), layer.SchemaAttributes("Proposal"));
}

// Older files give the two sizes apart.
Values NetRoiPooling(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  Attributes attributes = layer.SchemaAttributes("ROIPooling");
  for (const char* name : {"output_size", "output_roi"}) {
    if (!layer.Has(name)) continue;
    const std::vector<int64_t> sizes = layer.Ints(name);
    layer.Require(sizes.size() == 2, name, FormatAttribute(sizes), "two numbers");
    attributes["pooled_h"] = sizes[0];
    attributes["pooled_w"] = sizes[1];
  }
  return layer.AddNode("ROIPooling", "", layer.Inputs(), std::move(attributes));
}

Values NetPsRoiPooling(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  for (const char* name : {"spatial_bins_x", "spatial_bins_y"}) layer.Ignore(name);
  if (layer.OneOf("mode", {"average", "bilinear"}) == "bilinear")
    layer.Unsupported("mode \"bilinear\" cannot be computed, only \"average\"");
  return layer.AddNode("PSROIPooling", "", layer.Inputs(), layer.SchemaAttributes("PSROIPooling"));
}

// Version 3 has no aligned_mode. Our half_pixel shifts scaled corners by half an element, which OpenVINO calls
// half_pixel_for_nn; its half_pixel shifts them by half a pixel before, too.
Values NetRoiAlign(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 3);
  if (layer.OneOf("mode", {"avg", "max"}) == "max") layer.Unsupported("mode \"max\" cannot be computed, only \"avg\"");
  const std::string aligned = layer.OneOf("aligned_mode", {"asymmetric", "half_pixel_for_nn", "half_pixel"});
  return layer.AddNode("ROIAlign", "", layer.Inputs(),
                       {{"pooled_h", layer.Int("pooled_h")},
                        {"pooled_w", layer.Int("pooled_w")},
                        {"sampling_ratio", layer.Int("sampling_ratio", 0)},
                        {"spatial_scale", layer.Double("spatial_scale")},
                        {"aligned_mode", aligned}});
}

// Per box of each cell: x, y, what follows of the coordinates, whether there is an object, the classes. x, y and the
// object become probabilities, and the classes too, or a distribution with do_softmax.
Values NetRegionYolo(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape in = layer.InputShape(0);
  for (const char* name : {"anchors"}) layer.Ignore(name);
  const int64_t coords = layer.Int("coords"), classes = layer.Int("classes");
  const bool softmax = layer.Bool("do_softmax", true);
  const int64_t regions = softmax ? layer.Int("num") : static_cast<int64_t>(layer.Ints("mask").size());
  layer.Ignore("num");
  layer.Ignore("mask");
  layer.Require(in.Rank() == 4, "shape of data", in, "[N,C,H,W]");
  layer.Require(coords >= 2 && coords < (1 << 20) && classes > 0 && classes < (1 << 20) && regions > 0 &&
                    regions < (1 << 20) && in[1] == regions * (coords + 1 + classes),
                "channels of data", in[1],
                StrCat(regions, " boxes of ", coords, " coordinates and ", classes, " classes"));
  const int64_t axis = in.NormalizeAxis(layer.Int("axis")), end_axis = in.NormalizeAxis(layer.Int("end_axis"));
  layer.Require(end_axis >= axis, "end_axis", end_axis, StrCat("an axis from ", axis, " on"));
  const Value data =
      layer.Reshape(layer.Input(0), "boxes", Shape{in[0], regions, coords + 1 + classes, in.NumElements(2, 4)});
  Values parts = {layer.Add("Sigmoid", "place", {Part(layer, data, "place_logits", 2, 0, 2)})};
  if (coords > 2) parts.push_back(Part(layer, data, "size", 2, 2, coords));
  parts.push_back(layer.Add("Sigmoid", "object", {Part(layer, data, "object_logits", 2, coords, coords + 1)}));
  const Value logits = Part(layer, data, "class_logits", 2, coords + 1, coords + 1 + classes);
  parts.push_back(softmax ? layer.Add("Softmax", "classes", {logits}, {{"axis", int64_t{2}}})
                          : layer.Add("Sigmoid", "classes", {logits}));
  const Value joined = layer.Add("Concat", "joined", parts, {{"axis", int64_t{2}}});
  if (!softmax) return {layer.Reshape(joined, "", in)};
  std::vector<int64_t> dims(in.begin(), in.begin() + axis);
  dims.push_back(in.NumElements(axis, end_axis + 1));
  dims.insert(dims.end(), in.begin() + end_axis + 1, in.end());
  return {layer.Reshape(joined, "", Shape(dims))};
}

}  // namespace moir::graph

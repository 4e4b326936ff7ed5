// PriorBoxClustered: boxes of given sizes for every position of a feature map.
// in 0: its height and width.  in 1: height and width of the picture; both known when shapes are settled.
// out 0: f32 [2, H * W * P * 4]: boxes (xmin, ymin, xmax, ymax) in parts of the picture, and the variances of their
// coordinates.  Box p at (x, y) is width[p] x height[p] large around ((x + offset) * step_w, (y + offset) * step_h).
// attr step: both steps when step_w and step_h are 0; without any, the picture is divided evenly.
#include <algorithm>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

using Numbers = std::vector<double>;

constexpr int64_t kMaxValues = int64_t{1} << 26;

void Infer(InferContext& op) {
  const std::vector<int64_t> map = op.StaticIndices(0), picture = op.StaticIndices(1);
  op.Require(map.size() == 2 && picture.size() == 2, "lengths of output_size and image_size",
             StrCat(map.size(), ", ", picture.size()), "2 each");
  const Numbers &widths = op.Attr<Numbers>("width"), &heights = op.Attr<Numbers>("height"),
                &variance = op.Attr<Numbers>("variance");
  op.Require(widths.size() == heights.size() && !widths.empty(), "lengths of width and height",
             StrCat(widths.size(), ", ", heights.size()), "equal ones from 1 on");
  op.Require(variance.size() <= 1 || variance.size() == 4, "variance", FormatAttribute(variance),
             "no, one or four numbers");
  const int64_t values = Shape{map[0], map[1], static_cast<int64_t>(widths.size()), 4}.NumElements();
  op.Require(values <= kMaxValues, "output_size", FormatAttribute(map), "a reasonable one");
  op.SetOutput(0, ElementType::kF32, Shape{2, values});
}

void Evaluate(EvalContext& op) {
  const std::vector<int64_t> map = op.Input(0).ToVector<int64_t>(), picture = op.Input(1).ToVector<int64_t>();
  const Numbers &widths = op.Attr<Numbers>("width"), &heights = op.Attr<Numbers>("height");
  const auto picture_height = static_cast<float>(picture.at(0)), picture_width = static_cast<float>(picture.at(1));
  auto step_w = static_cast<float>(op.Attr<double>("step_w")), step_h = static_cast<float>(op.Attr<double>("step_h"));
  const auto step = static_cast<float>(op.Attr<double>("step"));
  if (step_w == 0) step_w = step;
  if (step_h == 0) step_h = step;
  if (step_w == 0 && step_h == 0) {
    step_w = picture_width / static_cast<float>(map.at(1));
    step_h = picture_height / static_cast<float>(map.at(0));
  }
  const auto offset = static_cast<float>(op.Attr<double>("offset"));
  const bool clip = op.Attr<bool>("clip");
  float* next = op.Output().MutableValues<float>().data();
  const auto put = [&](float value) { *next++ = clip ? std::clamp(value, 0.0f, 1.0f) : value; };
  for (int64_t y = 0; y < map[0]; ++y) {
    for (int64_t x = 0; x < map[1]; ++x) {
      const float center_x = (static_cast<float>(x) + offset) * step_w,
                  center_y = (static_cast<float>(y) + offset) * step_h;
      for (size_t p = 0; p < widths.size(); ++p) {
        const auto width = static_cast<float>(widths[p]), height = static_cast<float>(heights[p]);
        put((center_x - width / 2) / picture_width);
        put((center_y - height / 2) / picture_height);
        put((center_x + width / 2) / picture_width);
        put((center_y + height / 2) / picture_height);
      }
    }
  }
  Numbers variance = op.Attr<Numbers>("variance");
  if (variance.empty()) variance = {0.1};
  const int64_t values = op.Output().Shape()[1];
  for (int64_t i = 0; i < values; ++i)
    *next++ = static_cast<float>(variance[variance.size() == 1 ? 0 : static_cast<size_t>(i % 4)]);
}

}  // namespace

OpSchema PriorBoxClusteredSchema() {
  return {.name = "PriorBoxClustered",
          .inputs = {"output_size", "image_size"},
          .attributes = {RequiredAttribute<Numbers>("width"),
                         RequiredAttribute<Numbers>("height"),
                         {"clip", false},
                         {"step", 0.0},
                         {"step_w", 0.0},
                         {"step_h", 0.0},
                         {"offset", 0.0},
                         {"variance", Numbers{}}},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

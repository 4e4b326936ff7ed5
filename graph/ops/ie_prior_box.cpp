// Layer PriorBox: SSD's default boxes for every position of a feature map, as a constant of [1, 2, H * W * P * 4]:
// first the boxes (xmin, ymin, xmax, ymax in parts of the picture), then the variances of their coordinates. in 0:
// feature map [N, C, H, W].  in 1: picture [N, C, IH, IW]. Only their shapes count. Boxes at each position, centred at
// ((offset + x) * step, (offset + y) * step), without a step at the middle of the cell:
//   for each min_size m: m x m; with a max_size M of the same place: sqrt(m * M) squared;
//   for each aspect ratio r other than 1: m * sqrt(r) x m / sqrt(r), after every m, or, when not scale_all_sizes, for
//   the first m only, after the last one.
// Ratios are taken once each; flip adds 1 / r.
#include <algorithm>
#include <cmath>

#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

using Numbers = std::vector<double>;

// More boxes than any picture needs: a file must not make us allocate without end.
constexpr int64_t kMaxValues = int64_t{1} << 24;

std::vector<float> AspectRatios(const Expansion& layer) {
  std::vector<float> ratios = {1};
  for (const double given : layer.Attr<Numbers>("aspect_ratio")) {
    const auto ratio = static_cast<float>(given);
    layer.Require(ratio > 0, "aspect_ratio", given, "positive numbers");
    if (std::any_of(ratios.begin(), ratios.end(), [&](float known) { return std::fabs(known - ratio) < 1e-6f; }))
      continue;
    ratios.push_back(ratio);
    if (layer.Attr<int64_t>("flip") != 0) ratios.push_back(1 / ratio);
  }
  return ratios;
}

// Widths and heights of the boxes at one position.
std::vector<std::pair<float, float>> BoxSizes(const Expansion& layer) {
  const Numbers& min_sizes = layer.Attr<Numbers>("min_size");
  const Numbers& max_sizes = layer.Attr<Numbers>("max_size");
  layer.Require(!min_sizes.empty(), "min_size", "nothing", "at least one number");
  layer.Require(max_sizes.size() <= min_sizes.size(), "max_size", FormatAttribute(max_sizes),
                "no more numbers than min_size");
  const std::vector<float> ratios = AspectRatios(layer);
  const bool all = layer.Attr<int64_t>("scale_all_sizes") != 0;
  std::vector<std::pair<float, float>> sizes;
  for (size_t i = 0; i < min_sizes.size(); ++i) {
    const auto size = static_cast<float>(min_sizes[i]);
    sizes.emplace_back(size, size);
    if (i < max_sizes.size()) {
      const float mean = std::sqrt(size * static_cast<float>(max_sizes[i]));
      sizes.emplace_back(mean, mean);
    }
    if (!all && i + 1 < min_sizes.size()) continue;
    const float base = all ? size : static_cast<float>(min_sizes[0]);
    for (const float ratio : ratios) {
      if (std::fabs(ratio - 1) >= 1e-6f) sizes.emplace_back(base * std::sqrt(ratio), base / std::sqrt(ratio));
    }
  }
  return sizes;
}

std::vector<Value> Expand(Expansion& layer) {
  const Shape& map = layer.InputShape(0);
  const Shape& picture = layer.InputShape(1);
  layer.Require(map.Rank() == 4, "feature map", map, "[N,C,H,W]");
  layer.Require(picture.Rank() == 4, "picture", picture, "[N,C,H,W]");
  const std::vector<std::pair<float, float>> sizes = BoxSizes(layer);
  const int64_t values = Shape{map[2], map[3], static_cast<int64_t>(sizes.size()), 4}.NumElements();
  layer.Require(values > 0 && values <= kMaxValues, "feature map", map, "a reasonable size");
  const auto picture_height = static_cast<float>(picture[2]), picture_width = static_cast<float>(picture[3]);
  const auto step = static_cast<float>(layer.Attr<double>("step"));
  const float step_y = step == 0 ? picture_height / static_cast<float>(map[2]) : step;
  const float step_x = step == 0 ? picture_width / static_cast<float>(map[3]) : step;
  const float offset = step == 0 ? 0.5f : static_cast<float>(layer.Attr<double>("offset"));

  Tensor boxes(ElementType::kF32, Shape{1, 2, values});
  float* next = boxes.MutableValues<float>().data();
  for (int64_t y = 0; y < map[2]; ++y) {
    for (int64_t x = 0; x < map[3]; ++x) {
      const float center_x = (offset + static_cast<float>(x)) * step_x,
                  center_y = (offset + static_cast<float>(y)) * step_y;
      for (const auto& [width, height] : sizes) {
        *next++ = (center_x - width / 2) / picture_width;
        *next++ = (center_y - height / 2) / picture_height;
        *next++ = (center_x + width / 2) / picture_width;
        *next++ = (center_y + height / 2) / picture_height;
      }
    }
  }
  if (layer.Attr<int64_t>("clip") != 0) {
    for (float* box = next - values; box != next; ++box) *box = std::clamp(*box, 0.0f, 1.0f);
  }
  Numbers variance = layer.Attr<Numbers>("variance");
  if (variance.empty()) variance = {0.1};
  layer.Require(variance.size() == 1 || variance.size() == 4, "variance", FormatAttribute(variance),
                "one number or four");
  for (int64_t i = 0; i < values; ++i)
    *next++ = static_cast<float>(variance[variance.size() == 1 ? 0 : static_cast<size_t>(i % 4)]);
  return {layer.Constant("boxes", std::move(boxes))};
}

}  // namespace

OpSchema IePriorBoxSchema() {
  const Numbers none;
  return IeSchema("PriorBox", {"data", "picture"},
                  {RequiredAttribute<Numbers>("min_size"),
                   {"max_size", none},
                   {"aspect_ratio", none},
                   {"flip", int64_t{0}},
                   {"clip", int64_t{0}},
                   {"variance", none},
                   {"step", 0.0},
                   {"offset", 0.5},
                   {"scale_all_sizes", int64_t{1}}},
                  Expand);
}

}  // namespace moir::graph

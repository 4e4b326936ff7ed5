// PriorBox: SSD's default boxes for every position of a feature map.
// in 0: its height and width.  in 1: height and width of the picture; both known when shapes are settled.
// out 0: f32 [2, H * W * P * 4]: boxes (xmin, ymin, xmax, ymax) in parts of the picture, and the variances of their
// coordinates. The boxes around ((offset + x) * step, (offset + y) * step), without a step around the middle of the
// cell:
//   for each fixed_size f: density x density boxes spread over f x f, of each fixed_ratio r as f * sqrt(r) x f /
//   sqrt(r), or, without fixed ratios, f x f and then those of aspect_ratio;
//   for each min_size m: m x m, sqrt(m * M) squared with the max_size M of the same place (after the next when not
//   min_max_aspect_ratios_order), and m * sqrt(r) x m / sqrt(r) for each aspect ratio r other than 1, or, when not
//   scale_all_sizes, of the first m only, after the last one; step and min_size then count in heights of the picture.
// Ratios are taken once each; flip adds 1 / r.
#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

using Numbers = std::vector<double>;

constexpr int64_t kMaxValues = int64_t{1} << 26;

// A box around the position: its middle relative to it and half its size, in pixels.
struct Prior {
  float x, y, half_width, half_height;
  bool clip;  // whatever the attribute says
};

bool IsOne(float ratio) { return std::fabs(ratio - 1) < 1e-6f; }

std::vector<float> AspectRatios(const Node& node) {
  std::vector<float> ratios = {1};
  for (const double given : node.Attr<Numbers>("aspect_ratio")) {
    const auto ratio = static_cast<float>(given);
    if (!(ratio > 0)) Fail(ErrorKind::kBadModel, "aspect_ratio: got ", given, ", expected positive numbers");
    if (std::any_of(ratios.begin(), ratios.end(), [&](float known) { return std::fabs(known - ratio) < 1e-6f; }))
      continue;
    ratios.push_back(ratio);
    if (node.Attr<bool>("flip")) ratios.push_back(1 / ratio);
  }
  return ratios;
}

std::vector<Prior> FixedPriors(const Node& node, const std::vector<float>& ratios) {
  const Numbers &sizes = node.Attr<Numbers>("fixed_size"), &fixed_ratios = node.Attr<Numbers>("fixed_ratio"),
                &densities = node.Attr<Numbers>("density");
  std::vector<Prior> priors;
  for (size_t s = 0; s < sizes.size(); ++s) {
    const auto size = static_cast<float>(sizes[s]);
    const double given = s < densities.size() ? densities[s] : 1;
    if (!(given >= 1 && given <= 1024))
      Fail(ErrorKind::kBadModel, "density: got ", given, ", expected numbers from 1 to 1024");
    const auto density = static_cast<int64_t>(given);
    // Distances are whole pixels.
    const auto whole = ConvertElement<int64_t, float>(std::clamp(size, 0.0f, 1e6f));
    const int64_t shift = whole / density;
    const float first = static_cast<float>(shift) / 2 - static_cast<float>(whole / 2);
    const auto spread = [&](float half_width, float half_height) {
      for (int64_t r = 0; r < density; ++r) {
        for (int64_t c = 0; c < density; ++c) {
          priors.push_back({first + static_cast<float>(c * shift), first + static_cast<float>(r * shift), half_width,
                            half_height, true});
        }
      }
    };
    if (!fixed_ratios.empty()) {
      for (const double ratio : fixed_ratios) {
        const float root = std::sqrt(static_cast<float>(ratio));
        spread(size / 2 * root, size / 2 / root);
      }
      continue;
    }
    if (!densities.empty()) spread(size / 2, size / 2);
    for (const float ratio : ratios) {
      if (!IsOne(ratio)) spread(size / 2 * std::sqrt(ratio), size / 2 / std::sqrt(ratio));
    }
  }
  return priors;
}

std::vector<Prior> Priors(const Node& node, float picture_height) {
  const std::vector<float> ratios = AspectRatios(node);
  const Numbers &min_sizes = node.Attr<Numbers>("min_size"), &max_sizes = node.Attr<Numbers>("max_size");
  const bool all = node.Attr<bool>("scale_all_sizes"), max_first = node.Attr<bool>("min_max_aspect_ratios_order");
  std::vector<Prior> priors = FixedPriors(node, ratios);
  const auto min_size = [&](size_t i) { return static_cast<float>(min_sizes[i]) * (all ? 1 : picture_height); };
  for (size_t i = 0; i < min_sizes.size(); ++i) {
    const auto add_max = [&] {
      if (i >= max_sizes.size()) return;
      const float half = std::sqrt(min_size(i) * static_cast<float>(max_sizes[i])) / 2;
      priors.push_back({0, 0, half, half, false});
    };
    priors.push_back({0, 0, min_size(i) / 2, min_size(i) / 2, false});
    if (max_first) add_max();
    if (all || i + 1 == min_sizes.size()) {
      const float half = min_size(all ? i : 0) / 2;
      for (const float ratio : ratios) {
        if (!IsOne(ratio)) priors.push_back({0, 0, half * std::sqrt(ratio), half / std::sqrt(ratio), false});
      }
    }
    if (!max_first) add_max();
  }
  return priors;
}

// How many boxes OpenVINO counts; where the lists do not fit each other it is not what it makes.
int64_t CountedPriors(const Node& node) {
  const auto ratios = static_cast<int64_t>(AspectRatios(node).size());
  const auto count = [&](std::string_view name) { return static_cast<int64_t>(node.Attr<Numbers>(name).size()); };
  int64_t priors = node.Attr<bool>("scale_all_sizes") ? ratios * count("min_size") + count("max_size")
                                                      : ratios + count("min_size") - 1;
  if (count("fixed_size") > 0) priors = ratios * count("fixed_size");
  for (const double density : node.Attr<Numbers>("density")) {
    const auto side = static_cast<int64_t>(density);
    priors += (count("fixed_ratio") > 0 ? count("fixed_ratio") : ratios) * (side * side - 1);
  }
  return priors;
}

void Infer(InferContext& op) {
  const std::vector<int64_t> map = op.StaticIndices(0), picture = op.StaticIndices(1);
  op.Require(map.size() == 2 && picture.size() == 2, "lengths of output_size and image_size",
             StrCat(map.size(), ", ", picture.size()), "2 each");
  const Numbers& variance = op.Attr<Numbers>("variance");
  op.Require(variance.size() <= 1 || variance.size() == 4, "variance", FormatAttribute(variance),
             "no, one or four numbers");
  const auto priors = static_cast<int64_t>(Priors(op.GetNode(), static_cast<float>(picture[0])).size());
  op.Require(priors == CountedPriors(op.GetNode()), "fixed_size, fixed_ratio, density and min_size",
             StrCat(priors, " boxes"), StrCat(CountedPriors(op.GetNode()), " by their numbers"));
  const int64_t values = Shape{map[0], map[1], priors, 4}.NumElements();
  op.Require(values <= kMaxValues, "output_size", FormatAttribute(map), "a reasonable one");
  op.SetOutput(0, ElementType::kF32, Shape{2, values});
}

void Evaluate(EvalContext& op) {
  const std::vector<int64_t> map = op.Input(0).ToVector<int64_t>(), picture = op.Input(1).ToVector<int64_t>();
  const auto picture_height = static_cast<float>(picture.at(0)), picture_width = static_cast<float>(picture.at(1));
  const std::vector<Prior> priors = Priors(op.GetNode(), picture_height);
  auto step = static_cast<float>(op.Attr<double>("step"));
  if (!op.Attr<bool>("scale_all_sizes"))
    step = step == -1 ? picture_height / static_cast<float>(map.at(0)) : step * picture_height;
  const bool centered = step == 0;
  const float step_x = centered ? picture_width / static_cast<float>(map.at(1)) : step,
              step_y = centered ? picture_height / static_cast<float>(map.at(0)) : step;
  const float offset = centered ? 0.5f : static_cast<float>(op.Attr<double>("offset"));
  const bool clip = op.Attr<bool>("clip");
  float* next = op.Output().MutableValues<float>().data();
  for (int64_t y = 0; y < map[0]; ++y) {
    for (int64_t x = 0; x < map[1]; ++x) {
      for (const Prior& prior : priors) {
        const float center_x = (offset + static_cast<float>(x)) * step_x + prior.x,
                    center_y = (offset + static_cast<float>(y)) * step_y + prior.y;
        const auto put = [&](float value) { *next++ = clip || prior.clip ? std::clamp(value, 0.0f, 1.0f) : value; };
        put((center_x - prior.half_width) / picture_width);
        put((center_y - prior.half_height) / picture_height);
        put((center_x + prior.half_width) / picture_width);
        put((center_y + prior.half_height) / picture_height);
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

OpSchema PriorBoxSchema() {
  const Numbers none;
  return {.name = "PriorBox",
          .opset = "opset8",
          .inputs = {"output_size", "image_size"},
          .attributes = {{"min_size", none},
                         {"max_size", none},
                         {"aspect_ratio", none},
                         {"density", none},
                         {"fixed_ratio", none},
                         {"fixed_size", none},
                         {"clip", false},
                         {"flip", false},
                         {"step", 0.0},
                         {"offset", 0.5},
                         {"variance", none},
                         {"scale_all_sizes", true},
                         {"min_max_aspect_ratios_order", true}},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

// Proposal: regions of a picture where a network sees objects, from its scores and offsets for anchors.
// in 0: class_probs [N, 2 A, H, W], the second half of the channels are the scores.  in 1: bbox_deltas [N, 4 A, H, W].
// in 2: image_shape: height, width, scale (or scale of the height and of the width) of the picture.
// out 0: [N * post_nms_topn, 5], rows (picture, xmin, ymin, xmax, ymax); after the last region of a picture a row that
// starts with -1, the rest is zero.  out 1: [N * post_nms_topn]: their scores.
//
// A = ratios * scales anchors of area base_size^2 * scale^2 stand around each element, feat_stride pixels apart; the
// offsets move and stretch them. Boxes smaller than min_size lose their score. The pre_nms_topn best are gone through
// from the top: those that overlap a better one by more than nms_thresh go, the first post_nms_topn are kept.
// framework "tensorflow": anchors are centred at the corner of the element and not rounded, x and y are exchanged and
// sizes are differences; otherwise sizes count both ends of a box.
#include <algorithm>
#include <cmath>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

using Numbers = std::vector<double>;

struct Box {
  float x0, y0, x1, y1, score;
};

int64_t AnchorCount(const Node& node) {
  return Shape{static_cast<int64_t>(node.Attr<Numbers>("ratio").size()),
               static_cast<int64_t>(node.Attr<Numbers>("scale").size())}
      .NumElements();
}

void Infer(InferContext& op) {
  const Shape &scores = op.InputShape(0), &deltas = op.InputShape(1);
  for (size_t i = 0; i < 3; ++i)
    op.Require(op.InputType(i) == ElementType::kF32, StrCat("element type of input ", i), op.InputType(i), "f32");
  const int64_t anchors = AnchorCount(op.GetNode()), kept = op.Attr<int64_t>("post_nms_topn");
  op.Require(anchors > 0, "ratio and scale", "none", "one of each or more");
  op.Require(scores.Rank() == 4 && scores[1] == 2 * anchors, "shape of class_probs", scores,
             StrCat("[N,", 2 * anchors, ",H,W]"));
  op.Require(deltas == Shape({scores[0], 4 * anchors, scores[2], scores[3]}), "shape of bbox_deltas", deltas,
             StrCat("[", scores[0], ",", 4 * anchors, ",", scores[2], ",", scores[3], "]"));
  const int64_t info = op.InputShape(2).NumElements();
  op.Require(info == 3 || info == 4, "elements of image_shape", info, "3 or 4");
  op.Require(kept > 0 && op.Attr<int64_t>("pre_nms_topn") > 0, "pre_nms_topn and post_nms_topn",
             StrCat(op.Attr<int64_t>("pre_nms_topn"), ", ", kept), "positive numbers");
  const int64_t rows = Shape{scores[0], kept}.NumElements();
  op.SetOutput(0, Shape{rows, 5});
  op.SetOutput(1, Shape{rows});
}

struct Settings {
  explicit Settings(const Node& node)
      : tensorflow(node.Attr<std::string>("framework") == "tensorflow"),
        both_ends(tensorflow ? 0.0f : 1.0f),
        stride(static_cast<float>(node.Attr<int64_t>("feat_stride"))),
        box_size_scale(static_cast<float>(node.Attr<double>("box_size_scale"))),
        box_coordinate_scale(static_cast<float>(node.Attr<double>("box_coordinate_scale"))) {}
  bool tensorflow;
  float both_ends, stride, box_size_scale, box_coordinate_scale;
};

std::vector<Box> Anchors(const Node& node, const Settings& settings) {
  const auto base = static_cast<float>(node.Attr<int64_t>("base_size"));
  const float center = settings.tensorflow ? 0 : 0.5f * (base - settings.both_ends);
  std::vector<Box> anchors;
  for (const double given : node.Attr<Numbers>("ratio")) {
    const auto ratio = static_cast<float>(given);
    float width = std::sqrt(base * base / ratio), height = width * ratio;
    if (!settings.tensorflow) {
      width = std::round(width);
      height = std::round(width * ratio);
    }
    for (const double scale_given : node.Attr<Numbers>("scale")) {
      const auto scale = static_cast<float>(scale_given);
      const float half_width = 0.5f * (width * scale - settings.both_ends),
                  half_height = 0.5f * (height * scale - settings.both_ends);
      anchors.push_back({center - half_width, center - half_height, center + half_width, center + half_height, 0});
    }
  }
  return anchors;
}

float Within(float value, float most) { return std::max(0.0f, std::min(value, most)); }

float Overlap(const Box& a, const Box& b, float both_ends) {
  const float width = std::max(0.0f, std::min(a.x1, b.x1) - std::max(a.x0, b.x0) + both_ends),
              height = std::max(0.0f, std::min(a.y1, b.y1) - std::max(a.y0, b.y0) + both_ends);
  const auto area = [&](const Box& box) { return (box.x1 - box.x0 + both_ends) * (box.y1 - box.y0 + both_ends); };
  const float shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

void Evaluate(EvalContext& op) {
  const Node& node = op.GetNode();
  const Settings settings(node);
  const std::vector<Box> anchors = Anchors(node, settings);
  const Shape& shape = op.Input(0).Shape();
  const int64_t area = shape[2] * shape[3], count = static_cast<int64_t>(anchors.size());
  const std::vector<float> info = op.Input(2).ToVector<float>();
  // The first coordinate of a box runs along the picture's height there.
  const float picture_height = info[settings.tensorflow ? 1 : 0], picture_width = info[settings.tensorflow ? 0 : 1];
  const auto min_size = static_cast<float>(node.Attr<int64_t>("min_size"));
  const float min_height = min_size * info[2], min_width = min_size * (info.size() == 4 ? info[3] : info[2]);
  const bool clip_before = node.Attr<bool>("clip_before_nms"), clip_after = node.Attr<bool>("clip_after_nms"),
             normalize = node.Attr<bool>("normalize");
  const auto threshold = static_cast<float>(node.Attr<double>("nms_thresh"));
  const int64_t most = node.Attr<int64_t>("pre_nms_topn"), kept = node.Attr<int64_t>("post_nms_topn");
  const float offset = settings.both_ends;
  for (int64_t n = 0; n < shape[0]; ++n) {
    const float* scores = op.Input(0).Values<float>().data() + (2 * n + 1) * count * area;
    const float* deltas = op.Input(1).Values<float>().data() + n * 4 * count * area;
    std::vector<Box> boxes;
    for (int64_t at = 0; at < area; ++at) {
      const auto row = static_cast<float>(at / shape[3]) * settings.stride,
                 column = static_cast<float>(at % shape[3]) * settings.stride;
      const float x = settings.tensorflow ? row : column, y = settings.tensorflow ? column : row;
      for (int64_t a = 0; a < count; ++a) {
        const auto delta = [&](int64_t i) { return deltas[(4 * a + i) * area + at]; };
        Box box = anchors[static_cast<size_t>(a)];
        box = {x + box.x0, y + box.y0, x + box.x1, y + box.y1, scores[a * area + at]};
        if (settings.tensorflow) {
          box = {Within(box.x0, picture_width), Within(box.y0, picture_height), Within(box.x1, picture_width),
                 Within(box.y1, picture_height), box.score};
        }
        const float width = box.x1 - box.x0 + offset, height = box.y1 - box.y0 + offset;
        const float center_x = delta(0) / settings.box_coordinate_scale * width + box.x0 + 0.5f * width,
                    center_y = delta(1) / settings.box_coordinate_scale * height + box.y0 + 0.5f * height;
        const float new_width = std::exp(delta(2) / settings.box_size_scale) * width,
                    new_height = std::exp(delta(3) / settings.box_size_scale) * height;
        box = {center_x - 0.5f * new_width, center_y - 0.5f * new_height, center_x + 0.5f * new_width,
               center_y + 0.5f * new_height, box.score};
        if (clip_before) {
          box = {Within(box.x0, picture_width - offset), Within(box.y0, picture_height - offset),
                 Within(box.x1, picture_width - offset), Within(box.y1, picture_height - offset), box.score};
        }
        if (box.x1 - box.x0 + offset < min_width || box.y1 - box.y0 + offset < min_height) box.score = 0;
        boxes.push_back(box);
      }
    }
    std::stable_sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.score > b.score; });
    if (static_cast<int64_t>(boxes.size()) > most) boxes.resize(static_cast<size_t>(most));
    std::vector<Box> selected;
    for (const Box& box : boxes) {
      if (static_cast<int64_t>(selected.size()) == kept) break;
      if (std::none_of(selected.begin(), selected.end(),
                       [&](const Box& better) { return Overlap(better, box, offset) > threshold; }))
        selected.push_back(box);
    }
    float* row = op.Output(0).MutableValues<float>().data() + n * kept * 5;
    float* score = op.Output(1).MutableValues<float>().data() + n * kept;
    for (Box box : selected) {
      if (clip_after) {
        box = {Within(box.x0, picture_width), Within(box.y0, picture_height), Within(box.x1, picture_width),
               Within(box.y1, picture_height), box.score};
      }
      const float by_x = normalize ? picture_width : 1, by_y = normalize ? picture_height : 1;
      for (const float value : {static_cast<float>(n), box.x0 / by_x, box.y0 / by_y, box.x1 / by_x, box.y1 / by_y})
        *row++ = value;
      *score++ = box.score;
    }
    if (static_cast<int64_t>(selected.size()) < kept) *row = -1;
  }
}

}  // namespace

OpSchema ProposalSchema() {
  return {.name = "Proposal",
          .opset = "opset4",
          .inputs = {"class_probs", "bbox_deltas", "image_shape"},
          .attributes = {RequiredAttribute<int64_t>("base_size"),
                         RequiredAttribute<int64_t>("pre_nms_topn"),
                         RequiredAttribute<int64_t>("post_nms_topn"),
                         RequiredAttribute<double>("nms_thresh"),
                         RequiredAttribute<int64_t>("feat_stride"),
                         RequiredAttribute<int64_t>("min_size"),
                         RequiredAttribute<Numbers>("ratio"),
                         RequiredAttribute<Numbers>("scale"),
                         {"clip_before_nms", true},
                         {"clip_after_nms", false},
                         {"normalize", false},
                         {"box_size_scale", 1.0},
                         {"box_coordinate_scale", 1.0},
                         {"framework", ""}},
          .outputs = 2,
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

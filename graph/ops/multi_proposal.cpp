// MultiProposal: regions of interest from a region proposal network, as MXNet's _contrib_MultiProposal (and
// _contrib_Proposal, for one picture).
// in 0: cls_prob [N, 2 * A, H, W], background scores before foreground scores.  in 1: bbox_pred [N, 4 * A, H, W].
// in 2: im_info [N, 3], rows (height, width, scale).
// out 0: [N * post, 5], rows (picture, xmin, ymin, xmax, ymax).  out 1: [N * post, 1], scores; post is
// rpn_post_nms_top_n.
//
// Anchors of every ratio and, within it, every scale stand around each position at distances of feature_stride. Boxes
// are those of the anchors moved by the predictions (added to the corners with iou_loss) and clipped to the picture.
// Positions beyond the picture have score -1; so do boxes with a side below rpn_min_size * scale, which moreover grow
// by rpn_min_size * scale. The best rpn_pre_nms_top_n (all when not positive), equals in the order (y, x, anchor), go
// through non-maximum suppression: a box that is kept removes those behind it whose overlap is above threshold. Sides
// count xmax - xmin + 1. When fewer than `post` boxes are left, they are repeated from the first on. All arithmetic is
// f32 with MXNet's detours over f64, so that results are equal to the last bit.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

struct Box {
  float xmin, ymin, xmax, ymax, score;
};

void Infer(InferContext& op) {
  for (size_t i = 0; i < 3; ++i)
    op.Require(op.InputType(i) == ElementType::kF32, StrCat("element type of input ", i), op.InputType(i), "f32");
  const auto& scales = op.Attr<std::vector<double>>("scales");
  const auto& ratios = op.Attr<std::vector<double>>("ratios");
  op.Require(!scales.empty() && !ratios.empty(), "scales and ratios", "none", "at least one of each");
  const auto anchors = static_cast<int64_t>(scales.size() * ratios.size());
  const Shape& scores = op.InputShape(0);
  op.Require(scores.Rank() == 4 && scores.NumElements() > 0 && scores[1] == 2 * anchors, "shape of cls_prob", scores,
             StrCat("[N,", 2 * anchors, ",H,W] for ", anchors, " anchors"));
  const Shape predictions{scores[0], 4 * anchors, scores[2], scores[3]};
  op.Require(op.InputShape(1) == predictions, "shape of bbox_pred", op.InputShape(1), predictions.ToString());
  op.Require(op.InputShape(2) == Shape({scores[0], 3}), "shape of im_info", op.InputShape(2),
             StrCat("[", scores[0], ",3]"));
  const int64_t post = op.Attr<int64_t>("rpn_post_nms_top_n");
  op.Require(post > 0, "rpn_post_nms_top_n", post, "a positive number");
  op.Require(op.Attr<int64_t>("feature_stride") > 0, "feature_stride", op.Attr<int64_t>("feature_stride"),
             "a positive number");
  op.SetOutput(0, Shape{Shape{scores[0], post}.NumElements(), 5});
  op.SetOutput(1, Shape{scores[0] * post, 1});
}

class Proposer {
 public:
  explicit Proposer(EvalContext& op)
      : scores_(op.Input(0).Values<float>().data()),
        predictions_(op.Input(1).Values<float>().data()),
        anchors_(op.Input(1).Shape()[1] / 4),
        height_(op.Input(1).Shape()[2]),
        width_(op.Input(1).Shape()[3]),
        stride_(op.Attr<int64_t>("feature_stride")),
        pre_(op.Attr<int64_t>("rpn_pre_nms_top_n")),
        post_(op.Attr<int64_t>("rpn_post_nms_top_n")),
        min_size_(static_cast<float>(op.Attr<int64_t>("rpn_min_size"))),
        threshold_(static_cast<float>(op.Attr<double>("threshold"))),
        iou_loss_(op.Attr<bool>("iou_loss")) {
    for (const double ratio : op.Attr<std::vector<double>>("ratios")) {
      for (const double scale : op.Attr<std::vector<double>>("scales"))
        shapes_.push_back(MakeAnchor(static_cast<float>(ratio), static_cast<float>(scale)));
    }
  }

  void Run(int64_t picture, const float* info, float* rois, float* roi_scores) const {
    std::vector<Box> boxes = Predict(picture, info);
    std::stable_sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.score > b.score; });
    if (pre_ > 0 && static_cast<int64_t>(boxes.size()) > pre_) boxes.resize(static_cast<size_t>(pre_));
    const std::vector<Box> kept = Suppress(boxes);
    for (int64_t i = 0; i < post_; ++i) {
      const Box& box = kept[static_cast<size_t>(i) % kept.size()];
      const float row[] = {static_cast<float>(picture), box.xmin, box.ymin, box.xmax, box.ymax};
      rois = std::copy(std::begin(row), std::end(row), rois);
      *roi_scores++ = box.score;
    }
  }

 private:
  // The anchor around the cell (0, 0, stride - 1, stride - 1).
  Box MakeAnchor(float ratio, float scale) const {
    const float side = static_cast<float>(stride_);
    const auto center = static_cast<float>(0.5 * static_cast<double>(side - 1.0f));
    const float area = std::floor(side * side / ratio);
    const float width = std::floor(std::sqrt(area) + 0.5f) * scale;
    const float height = std::floor((width / scale * ratio) + 0.5f) * scale;
    return {center - 0.5f * (width - 1.0f), center - 0.5f * (height - 1.0f), center + 0.5f * (width - 1.0f),
            center + 0.5f * (height - 1.0f), 0};
  }

  Box Move(const Box& box, const float* by, int64_t plane) const {
    const float dx = by[0], dy = by[plane], dw = by[2 * plane], dh = by[3 * plane];
    if (iou_loss_) return {box.xmin + dx, box.ymin + dy, box.xmax + dw, box.ymax + dh, 0};
    const auto width = static_cast<float>(static_cast<double>(box.xmax - box.xmin) + 1.0),
               height = static_cast<float>(static_cast<double>(box.ymax - box.ymin) + 1.0);
    const auto center_x = static_cast<float>(static_cast<double>(box.xmin) + 0.5 * (static_cast<double>(width) - 1.0)),
               center_y = static_cast<float>(static_cast<double>(box.ymin) + 0.5 * (static_cast<double>(height) - 1.0));
    const float x = dx * width + center_x, y = dy * height + center_y;
    const double half_width = 0.5 * (static_cast<double>(std::exp(dw) * width) - 1.0),
                 half_height = 0.5 * (static_cast<double>(std::exp(dh) * height) - 1.0);
    return {static_cast<float>(static_cast<double>(x) - half_width),
            static_cast<float>(static_cast<double>(y) - half_height),
            static_cast<float>(static_cast<double>(x) + half_width),
            static_cast<float>(static_cast<double>(y) + half_height), 0};
  }

  std::vector<Box> Predict(int64_t picture, const float* info) const {
    const auto inside = [](float x, float size) { return std::max(std::min(x, size - 1.0f), 0.0f); };
    const int64_t plane = height_ * width_;
    // Positions that the picture covers.
    const auto rows = ConvertElement<int32_t, float>(info[0] / static_cast<float>(stride_)),
               columns = ConvertElement<int32_t, float>(info[1] / static_cast<float>(stride_));
    const float min_size = min_size_ * info[2];
    std::vector<Box> boxes;
    boxes.reserve(static_cast<size_t>(plane * anchors_));
    for (int64_t y = 0; y < height_; ++y) {
      for (int64_t x = 0; x < width_; ++x) {
        const auto shift_x = static_cast<float>(x * stride_), shift_y = static_cast<float>(y * stride_);
        for (int64_t a = 0; a < anchors_; ++a) {
          const Box& shape = shapes_[static_cast<size_t>(a)];
          const Box anchor{shape.xmin + shift_x, shape.ymin + shift_y, shape.xmax + shift_x, shape.ymax + shift_y, 0};
          const int64_t at = y * width_ + x;
          Box box = Move(anchor, predictions_ + (picture * anchors_ + a) * 4 * plane + at, plane);
          box.xmin = inside(box.xmin, info[1]);
          box.ymin = inside(box.ymin, info[0]);
          box.xmax = inside(box.xmax, info[1]);
          box.ymax = inside(box.ymax, info[0]);
          box.score = y >= rows || x >= columns ? -1.0f : scores_[((picture * 2 + 1) * anchors_ + a) * plane + at];
          if (box.xmax - box.xmin + 1.0f < min_size || box.ymax - box.ymin + 1.0f < min_size) {
            box = {box.xmin - min_size / 2, box.ymin - min_size / 2, box.xmax + min_size / 2, box.ymax + min_size / 2,
                   -1.0f};
          }
          boxes.push_back(box);
        }
      }
    }
    return boxes;
  }

  std::vector<Box> Suppress(const std::vector<Box>& boxes) const {
    const auto area = [](const Box& box) { return (box.xmax - box.xmin + 1) * (box.ymax - box.ymin + 1); };
    const auto overlaps = [&](const Box& a, const Box& b) {
      const float width = std::max(0.0f, std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin) + 1.0f),
                  height = std::max(0.0f, std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin) + 1.0f);
      const float shared = width * height;
      return shared / (area(a) + area(b) - shared) > threshold_;
    };
    std::vector<Box> kept;
    for (const Box& box : boxes) {
      if (static_cast<int64_t>(kept.size()) == post_) break;
      if (std::none_of(kept.begin(), kept.end(), [&](const Box& better) { return overlaps(better, box); }))
        kept.push_back(box);
    }
    return kept;
  }

  const float *scores_, *predictions_;
  int64_t anchors_, height_, width_, stride_, pre_, post_;
  float min_size_, threshold_;
  bool iou_loss_;
  std::vector<Box> shapes_;
};

void Evaluate(EvalContext& op) {
  const Proposer proposer(op);
  const int64_t pictures = op.Input(0).Shape()[0], post = op.Attr<int64_t>("rpn_post_nms_top_n");
  for (int64_t p = 0; p < pictures; ++p) {
    proposer.Run(p, op.Input(2).Values<float>().data() + p * 3,
                 op.Output(0).MutableValues<float>().data() + p * post * 5,
                 op.Output(1).MutableValues<float>().data() + p * post);
  }
}

}  // namespace

OpSchema MultiProposalSchema() {
  return {.name = "MultiProposal",
          .opset = "moir",
          .inputs = {"cls_prob", "bbox_pred", "im_info"},
          .attributes = {{"rpn_pre_nms_top_n", int64_t{6000}},
                         {"rpn_post_nms_top_n", int64_t{300}},
                         {"threshold", 0.7},
                         {"rpn_min_size", int64_t{16}},
                         {"scales", std::vector<double>{4, 8, 16, 32}},
                         {"ratios", std::vector<double>{0.5, 1, 2}},
                         {"feature_stride", int64_t{16}},
                         {"iou_loss", false}},
          .outputs = 2,
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

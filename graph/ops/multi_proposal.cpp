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
#include "graph/ops/multi_proposal.h"

namespace moir::graph {
namespace {

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

std::vector<ProposedBox> Suppress(const std::vector<ProposedBox>& boxes, float threshold, int64_t most) {
  const auto area = [](const ProposedBox& box) { return (box.xmax - box.xmin + 1) * (box.ymax - box.ymin + 1); };
  const auto overlaps = [&](const ProposedBox& a, const ProposedBox& b) {
    const float width = std::max(0.0f, std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin) + 1.0f),
                height = std::max(0.0f, std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin) + 1.0f);
    const float shared = width * height;
    return shared / (area(a) + area(b) - shared) > threshold;
  };
  std::vector<ProposedBox> kept;
  for (const ProposedBox& box : boxes) {
    if (static_cast<int64_t>(kept.size()) == most) break;
    if (std::none_of(kept.begin(), kept.end(), [&](const ProposedBox& better) { return overlaps(better, box); }))
      kept.push_back(box);
  }
  return kept;
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const ProposalPredictor predictor(op.GetNode(), shape);
  const auto input = [&](size_t i) { return op.Input(i).Values<float>().data(); };
  const int64_t pre = op.Attr<int64_t>("rpn_pre_nms_top_n"), post = op.Attr<int64_t>("rpn_post_nms_top_n");
  float* rois = op.Output(0).MutableValues<float>().data();
  float* scores = op.Output(1).MutableValues<float>().data();
  for (int64_t picture = 0; picture < shape[0]; ++picture) {
    std::vector<ProposedBox> boxes(static_cast<size_t>(predictor.Boxes()));
    for (int64_t y = 0; y < shape[2]; ++y) {
      predictor.PredictRow(picture, {input(0), input(1), input(2) + picture * 3}, y,
                           boxes.data() + y * predictor.BoxesPerRow());
    }
    std::stable_sort(boxes.begin(), boxes.end(),
                     [](const ProposedBox& a, const ProposedBox& b) { return a.score > b.score; });
    if (pre > 0 && static_cast<int64_t>(boxes.size()) > pre) boxes.resize(static_cast<size_t>(pre));
    const std::vector<ProposedBox> kept = Suppress(boxes, static_cast<float>(op.Attr<double>("threshold")), post);
    for (int64_t i = 0; i < post; ++i) {
      const ProposedBox& box = kept[static_cast<size_t>(i) % kept.size()];
      const float row[] = {static_cast<float>(picture), box.xmin, box.ymin, box.xmax, box.ymax};
      rois = std::copy(std::begin(row), std::end(row), rois);
      *scores++ = box.score;
    }
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

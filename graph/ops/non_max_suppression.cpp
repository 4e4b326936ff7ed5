// NonMaxSuppression: per picture and class the boxes of highest score that do not overlap a better one.
// in 0: boxes [N, B, 4].  in 1: scores [N, C, B].  in 2: max_output_boxes_per_class, one integer, known when shapes are
// settled.  in 3: iou_threshold.  in 4: score_threshold.  in 5: soft_nms_sigma.
// out 0: selected_indices [M, 3], rows (picture, class, box), of type output_type, M = N * C * min(B, in 2).
// out 1: selected_scores [M, 3], rows (picture, class, score).  out 2: valid_outputs [1]: how many rows count.
// How many boxes are left depends on the data, the shapes do not: rows from valid_outputs on hold -1.
//
// A box goes when it overlaps a better one by iou_threshold or more. With a sigma, every overlap lowers its score by
// e^(-overlap^2 / (2 sigma)) instead, and it goes when the score is no more than the threshold: so does OpenVINO's CPU
// plug-in, while its specification also lets it go beyond iou_threshold. attr box_encoding: corner (y1, x1, y2, x2, in
// any order) or center (x, y, width, height). attr sort_result_descending: by score over all pictures and classes, else
// by picture and class.
#include <algorithm>
#include <cmath>
#include <queue>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  for (const size_t i : {0, 1})
    op.Require(IsFloat(op.InputType(i)), StrCat("element type of input ", i), op.InputType(i), "a float type");
  const Shape& boxes = op.InputShape(0);
  const Shape& scores = op.InputShape(1);
  op.Require(boxes.Rank() == 3 && boxes[2] == 4, "shape of boxes", boxes, "[N,B,4]");
  op.Require(scores.Rank() == 3 && scores[0] == boxes[0] && scores[2] == boxes[1], "shape of scores", scores,
             StrCat("[", boxes[0], ",C,", boxes[1], "]"));
  const std::vector<int64_t> most = op.StaticIndices(2);
  op.Require(most.size() == 1, "max_output_boxes_per_class", FormatAttribute(most), "one integer");
  for (const size_t i : {3, 4, 5})
    op.Require(op.InputShape(i).NumElements() == 1, StrCat("shape of input ", i), op.InputShape(i), "one value");
  const int64_t rows = Shape{boxes[0], scores[1], std::min(boxes[1], std::max<int64_t>(0, most[0]))}.NumElements();
  const ElementType index = ParseElementType(op.Attr<std::string>("output_type"));
  op.SetOutput(0, index, Shape{rows, 3});
  op.SetOutput(1, ElementType::kF32, Shape{rows, 3});
  op.SetOutput(2, index, Shape{1});
}

struct Box {
  float y1, x1, y2, x2;
};

Box MakeBox(const float* p, bool center) {
  if (center) return {p[1] - p[3] / 2, p[0] - p[2] / 2, p[1] + p[3] / 2, p[0] + p[2] / 2};
  return {std::min(p[0], p[2]), std::min(p[1], p[3]), std::max(p[0], p[2]), std::max(p[1], p[3])};
}

float Overlap(const Box& a, const Box& b) {
  const float area_a = (a.y2 - a.y1) * (a.x2 - a.x1), area_b = (b.y2 - b.y1) * (b.x2 - b.x1);
  if (area_a <= 0 || area_b <= 0) return 0;
  const float height = std::max(std::min(a.y2, b.y2) - std::max(a.y1, b.y1), 0.0f);
  const float width = std::max(std::min(a.x2, b.x2) - std::max(a.x1, b.x1), 0.0f);
  const float shared = height * width;
  return shared / (area_a + area_b - shared);
}

struct Candidate {
  float score;
  int64_t picture, label, box;
  size_t compared;  // with so many of the selected ones
};

void Evaluate(EvalContext& op) {
  const std::vector<float> boxes = op.Input(0).ToVector<float>(), scores = op.Input(1).ToVector<float>();
  const Shape& shape = op.Input(1).Shape();
  const int64_t most = std::max<int64_t>(0, op.Input(2).ToVector<int64_t>().at(0));
  const float threshold = op.Input(3).ToVector<float>().at(0), least = op.Input(4).ToVector<float>().at(0),
              sigma = op.Input(5).ToVector<float>().at(0);
  const float scale = sigma > 0 ? -0.5f / sigma : 0;
  const bool center = op.Attr<std::string>("box_encoding") == "center";
  const auto worse = [](const Candidate& a, const Candidate& b) {
    return a.score < b.score || (a.score == b.score && a.box > b.box);
  };
  std::vector<Candidate> all;
  for (int64_t n = 0; n < shape[0]; ++n) {
    std::vector<Box> of_picture;
    for (int64_t b = 0; b < shape[2]; ++b) of_picture.push_back(MakeBox(boxes.data() + (n * shape[2] + b) * 4, center));
    for (int64_t c = 0; c < shape[1]; ++c) {
      std::priority_queue<Candidate, std::vector<Candidate>, decltype(worse)> queue(worse);
      for (int64_t b = 0; b < shape[2]; ++b) {
        const float score = scores[static_cast<size_t>((n * shape[1] + c) * shape[2] + b)];
        if (score > least) queue.push({score, n, c, b, 0});
      }
      std::vector<Candidate> selected;
      while (!queue.empty() && static_cast<int64_t>(selected.size()) < most) {
        Candidate next = queue.top();
        queue.pop();
        const float before = next.score;
        bool gone = false;
        for (size_t i = selected.size(); i-- > next.compared && !gone;) {
          const float overlap =
              Overlap(of_picture[static_cast<size_t>(next.box)], of_picture[static_cast<size_t>(selected[i].box)]);
          if (scale != 0) next.score *= std::exp(scale * overlap * overlap);
          gone = scale != 0 ? next.score <= least : overlap >= threshold;
        }
        next.compared = selected.size();
        if (gone) continue;
        if (next.score == before) selected.push_back(next);
        else queue.push(next);
      }
      all.insert(all.end(), selected.begin(), selected.end());
    }
  }
  if (op.Attr<bool>("sort_result_descending"))
    std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  Tensor indices(ElementType::kI64, op.Output(0).Shape());
  const auto index = indices.MutableValues<int64_t>();
  const auto score = op.Output(1).MutableValues<float>();
  std::fill(index.begin(), index.end(), -1);
  std::fill(score.begin(), score.end(), -1.0f);
  for (size_t i = 0; i < all.size(); ++i) {
    index[3 * i] = all[i].picture;
    index[3 * i + 1] = all[i].label;
    index[3 * i + 2] = all[i].box;
    score[3 * i] = static_cast<float>(all[i].picture);
    score[3 * i + 1] = static_cast<float>(all[i].label);
    score[3 * i + 2] = all[i].score;
  }
  op.Output(0) = indices.ConvertTo(op.Output(0).Type());
  op.Output(2) = Tensor::Indices({static_cast<int64_t>(all.size())}).ConvertTo(op.Output(2).Type());
}

}  // namespace

OpSchema NonMaxSuppressionSchema() {
  return {
      .name = "NonMaxSuppression",
      .opset = "opset9",
      .inputs = {"boxes", "scores", "max_output_boxes_per_class", "iou_threshold", "score_threshold", "soft_nms_sigma"},
      .attributes = {AttributeSchema::OneOf("box_encoding", {"corner", "center"}),
                     {"sort_result_descending", true},
                     AttributeSchema::OneOf("output_type", {"i64", "i32"})},
      .outputs = 3,
      .infer = Infer,
      .evaluate = Evaluate};
}

}  // namespace moir::graph

// MultiBoxDetection: SSD's boxes from class probabilities, regressed offsets and anchors, as MXNet's
// _contrib_MultiBoxDetection computes them.
// in 0: cls_prob [N, C, A], class 0 being the background.  in 1: loc_pred [N, A * 4].  in 2: anchors [1, A, 4].
// out 0: [N, A, 6], rows (class_id, score, xmin, ymin, xmax, ymax), class_id counted without the background.
//
// Per picture: every anchor takes its most probable class other than 0 (the first of equals); anchors whose best
// probability is below `threshold` are left out. The others keep their order until, for 0 < nms_threshold <= 1, they
// are sorted by score, equals in their order, and cut after nms_topk. Suppressed rows and rows after the cut get
// class_id -1 and keep their other values (those after the cut are unsorted); rows that no anchor fills are -1
// throughout. background_id is accepted and without effect, as in MXNet. Arithmetic is that of the element type, in
// MXNet's order.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

constexpr size_t kRow = 6;

void Infer(InferContext& op) {
  const Shape& probabilities = op.InputShape(0);
  op.Require(probabilities.Rank() == 3, "shape of cls_prob", probabilities, "[N,C,A]");
  const int64_t batch = probabilities[0], anchors = probabilities[2];
  op.Require(anchors > 0, "number of anchors", anchors, "at least one");
  op.Require(op.InputShape(1) == Shape({batch, anchors * 4}), "shape of loc_pred", op.InputShape(1),
             StrCat("[", batch, ",", anchors * 4, "]"));
  const Shape& boxes = op.InputShape(2);
  op.Require(boxes.Rank() == 3 && boxes[1] == anchors && boxes[2] == 4, "shape of anchors", boxes,
             StrCat("[1,", anchors, ",4]"));
  op.RequireSameType(0, 1);
  op.RequireSameType(0, 2);
  op.Require(op.Attr<std::vector<double>>("variances").size() == 4, "variances",
             FormatAttribute(op.Attr<std::vector<double>>("variances")), "four numbers");
  op.SetOutput(0, Shape{batch, anchors, static_cast<int64_t>(kRow)});
}

template <typename T>
T Overlap(const T* a, const T* b) {
  const T width = std::max(T(0), std::min(a[2], b[2]) - std::max(a[0], b[0]));
  const T height = std::max(T(0), std::min(a[3], b[3]) - std::max(a[1], b[1]));
  const T shared = width * height;
  const T all = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared;
  return all <= 0 ? T(0) : shared / all;
}

template <typename T>
void DecodeBox(const T* anchor, const T* offsets, const float* variances, bool clip, T* box) {
  const T width = anchor[2] - anchor[0], height = anchor[3] - anchor[1];
  const T anchor_x = (anchor[0] + anchor[2]) / 2.f, anchor_y = (anchor[1] + anchor[3]) / 2.f;
  const T x = offsets[0] * variances[0] * width + anchor_x;
  const T y = offsets[1] * variances[1] * height + anchor_y;
  const T half_width = std::exp(offsets[2] * variances[2]) * width / 2;
  const T half_height = std::exp(offsets[3] * variances[3]) * height / 2;
  const T corners[] = {x - half_width, y - half_height, x + half_width, y + half_height};
  for (size_t i = 0; i < 4; ++i) box[i] = clip ? std::max(T(0), std::min(T(1), corners[i])) : corners[i];
}

template <typename T>
void Detect(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t classes = shape[1], anchors = shape[2];
  const auto& variances_attribute = op.Attr<std::vector<double>>("variances");
  const std::vector<float> variances(variances_attribute.begin(), variances_attribute.end());
  const auto threshold = static_cast<float>(op.Attr<double>("threshold"));
  const auto nms_threshold = static_cast<float>(op.Attr<double>("nms_threshold"));
  const bool clip = op.Attr<bool>("clip"), force_suppress = op.Attr<bool>("force_suppress");
  const int64_t nms_topk = op.Attr<int64_t>("nms_topk");
  const T* boxes = op.Input(2).Values<T>().data();
  std::fill_n(op.Output().MutableValues<T>().data(), op.Output().NumElements(), T(-1));

  for (int64_t n = 0; n < shape[0]; ++n) {
    const T* probabilities = op.Input(0).Values<T>().data() + n * classes * anchors;
    const T* offsets = op.Input(1).Values<T>().data() + n * anchors * 4;
    T* rows = op.Output().MutableValues<T>().data() + static_cast<size_t>(n * anchors) * kRow;
    size_t count = 0;
    for (int64_t i = 0; i < anchors; ++i) {
      T score = -1;
      int64_t best = 0;
      for (int64_t j = 1; j < classes; ++j) {
        if (probabilities[j * anchors + i] > score) {
          score = probabilities[j * anchors + i];
          best = j;
        }
      }
      if (best == 0 || score < threshold) continue;
      T* row = rows + kRow * count++;
      row[0] = static_cast<T>(best - 1);
      row[1] = score;
      DecodeBox(boxes + i * 4, offsets + i * 4, variances.data(), clip, row + 2);
    }
    if (count == 0 || nms_threshold <= 0 || nms_threshold > 1) continue;

    const std::vector<T> unsorted(rows, rows + count * kRow);
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return unsorted[a * kRow + 1] > unsorted[b * kRow + 1]; });
    const size_t kept = nms_topk > 0 ? std::min(count, static_cast<size_t>(nms_topk)) : count;
    for (size_t i = kept; i < count; ++i) rows[i * kRow] = T(-1);
    for (size_t i = 0; i < kept; ++i) std::copy_n(unsorted.data() + order[i] * kRow, kRow, rows + i * kRow);
    for (size_t i = 0; i < kept; ++i) {
      const T* winner = rows + i * kRow;
      if (winner[0] < 0) continue;
      for (size_t j = i + 1; j < kept; ++j) {
        T* other = rows + j * kRow;
        if (other[0] < 0 || (!force_suppress && other[0] != winner[0])) continue;
        if (Overlap(winner + 2, other + 2) >= nms_threshold) other[0] = T(-1);
      }
    }
  }
}

}  // namespace

OpSchema MultiBoxDetectionSchema() {
  return {.name = "MultiBoxDetection",
          .opset = "moir",
          .inputs = {"cls_prob", "loc_pred", "anchors"},
          .attributes = {{"clip", true},
                         {"threshold", 0.01},
                         {"background_id", int64_t{0}},
                         {"nms_threshold", 0.5},
                         {"force_suppress", false},
                         {"variances", std::vector<double>{0.1, 0.1, 0.2, 0.2}},
                         {"nms_topk", int64_t{-1}}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            if (op.Output().Type() == ElementType::kF64) {
              Detect<double>(op);
            } else {
              Detect<float>(op);
            }
          }};
}

}  // namespace moir::graph

// The boxes that a region proposal network predicts (multi_proposal.cpp tells how), before they are sorted.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "graph/op_schema.h"

namespace moir::graph {

struct ProposedBox {
  float xmin, ymin, xmax, ymax, score;
};

class ProposalPredictor {
 public:
  struct Data {
    const float* scores;       // [N, 2 * A, H, W]
    const float* predictions;  // [N, 4 * A, H, W]
    const float* info;         // of the picture: height, width, scale
  };

  // `shape`: of the scores.
  ProposalPredictor(const Node& node, const Shape& shape)
      : anchors_(shape[1] / 2),
        height_(shape[2]),
        width_(shape[3]),
        stride_(node.Attr<int64_t>("feature_stride")),
        min_size_(static_cast<float>(node.Attr<int64_t>("rpn_min_size"))),
        iou_loss_(node.Attr<bool>("iou_loss")) {
    for (const double ratio : node.Attr<std::vector<double>>("ratios")) {
      for (const double scale : node.Attr<std::vector<double>>("scales"))
        shapes_.push_back(MakeAnchor(static_cast<float>(ratio), static_cast<float>(scale)));
    }
  }

  int64_t Rows() const { return height_; }
  int64_t BoxesPerRow() const { return width_ * anchors_; }
  int64_t Boxes() const { return height_ * BoxesPerRow(); }

  // Anchor a of the position (y, x); its score is 0.
  ProposedBox Anchor(int64_t a, int64_t y, int64_t x) const {
    const auto shift_x = static_cast<float>(x * stride_), shift_y = static_cast<float>(y * stride_);
    const ProposedBox& shape = shapes_[static_cast<size_t>(a)];
    return {shape.xmin + shift_x, shape.ymin + shift_y, shape.xmax + shift_x, shape.ymax + shift_y, 0};
  }

  // The boxes of row y of the feature map.
  void PredictRow(int64_t picture, const Data& data, int64_t y, ProposedBox* boxes) const {
    const float* info = data.info;
    const auto inside = [](float x, float size) { return std::max(std::min(x, size - 1.0f), 0.0f); };
    const int64_t plane = height_ * width_;
    // Positions that the picture covers.
    const auto rows = ConvertElement<int32_t, float>(info[0] / static_cast<float>(stride_)),
               columns = ConvertElement<int32_t, float>(info[1] / static_cast<float>(stride_));
    const float min_size = min_size_ * info[2];
    for (int64_t x = 0; x < width_; ++x) {
      const int64_t at = y * width_ + x;
      for (int64_t a = 0; a < anchors_; ++a) {
        ProposedBox box = Move(Anchor(a, y, x), data.predictions + (picture * anchors_ + a) * 4 * plane + at, plane);
        box.xmin = inside(box.xmin, info[1]);
        box.ymin = inside(box.ymin, info[0]);
        box.xmax = inside(box.xmax, info[1]);
        box.ymax = inside(box.ymax, info[0]);
        box.score = y >= rows || x >= columns ? -1.0f : data.scores[((picture * 2 + 1) * anchors_ + a) * plane + at];
        if (box.xmax - box.xmin + 1.0f < min_size || box.ymax - box.ymin + 1.0f < min_size) {
          box = {box.xmin - min_size / 2, box.ymin - min_size / 2, box.xmax + min_size / 2, box.ymax + min_size / 2,
                 -1.0f};
        }
        *boxes++ = box;
      }
    }
  }

 private:
  // The anchor around the cell (0, 0, stride - 1, stride - 1).
  ProposedBox MakeAnchor(float ratio, float scale) const {
    const float side = static_cast<float>(stride_);
    const auto center = static_cast<float>(0.5 * static_cast<double>(side - 1.0f));
    const float area = std::floor(side * side / ratio);
    const float width = std::floor(std::sqrt(area) + 0.5f) * scale;
    const float height = std::floor((width / scale * ratio) + 0.5f) * scale;
    return {center - 0.5f * (width - 1.0f), center - 0.5f * (height - 1.0f), center + 0.5f * (width - 1.0f),
            center + 0.5f * (height - 1.0f), 0};
  }

  ProposedBox Move(const ProposedBox& box, const float* by, int64_t plane) const {
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

  int64_t anchors_, height_, width_, stride_;
  float min_size_;
  bool iou_loss_;
  std::vector<ProposedBox> shapes_;
};

}  // namespace moir::graph

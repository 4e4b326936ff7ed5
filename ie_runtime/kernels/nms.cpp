#include "ie_runtime/kernels/nms.h"

#include <algorithm>

#include "ie_runtime/kernels/vector_loops.h"

namespace moir::runtime {
namespace {

struct Coordinates {
  const float *xmin, *ymin, *xmax, *ymax, *areas;
  const int32_t* ids;
};

MOIR_VECTOR_CLONES bool AnyOverlaps(const Coordinates& kept, int64_t begin, int64_t end, const CornerBox& box,
                                    const OverlapRule& rule) {
  const CornerBox b = box;
  const OverlapRule r = rule;
  int32_t any = 0;
  for (int64_t i = begin; i < end; ++i) {
    const float left = kept.xmin[i] > b.xmin ? kept.xmin[i] : b.xmin,
                right = kept.xmax[i] < b.xmax ? kept.xmax[i] : b.xmax;
    const float top = kept.ymin[i] > b.ymin ? kept.ymin[i] : b.ymin,
                bottom = kept.ymax[i] < b.ymax ? kept.ymax[i] : b.ymax;
    const float width = right - left + r.side, height = bottom - top + r.side;
    const float shared = (width > 0 ? width : 0) * (height > 0 ? height : 0);
    const float all = kept.areas[i] + b.area - shared;
    any |= static_cast<int32_t>(shared / all > r.threshold) & static_cast<int32_t>(all > r.least_union) &
           static_cast<int32_t>(kept.ids[i] == b.id);
  }
  return any != 0;
}

MOIR_VECTOR_CLONES void TakeBetter(const float* probabilities, int32_t id, float* scores, int32_t* best,
                                   int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const bool better = probabilities[i] > scores[i];
    best[i] = better ? id : best[i];
    scores[i] = better ? probabilities[i] : scores[i];
  }
}

}  // namespace

bool KeptBoxes::Suppresses(const CornerBox& box) const {
  // Most boxes that fall are neighbours of the best ones.
  constexpr int64_t kPiece = 128;
  const Coordinates kept{xmin_.data(), ymin_.data(), xmax_.data(), ymax_.data(), areas_.data(), ids_.data()};
  for (int64_t begin = 0; begin < Count(); begin += kPiece) {
    if (AnyOverlaps(kept, begin, std::min(begin + kPiece, Count()), box, rule_)) return true;
  }
  return false;
}

void KeptBoxes::Add(const CornerBox& box) {
  xmin_.push_back(box.xmin);
  ymin_.push_back(box.ymin);
  xmax_.push_back(box.xmax);
  ymax_.push_back(box.ymax);
  areas_.push_back(box.area);
  ids_.push_back(box.id);
}

void KeepBest(std::vector<uint64_t>& keys, int64_t count) {
  if (count < static_cast<int64_t>(keys.size())) {
    std::nth_element(keys.begin(), keys.begin() + count, keys.end());
    keys.resize(static_cast<size_t>(count));
  }
  std::sort(keys.begin(), keys.end());
}

void BestClasses(const float* probabilities, int64_t classes, int64_t stride, int64_t begin, int64_t end, float* scores,
                 int32_t* best) {
  std::fill(scores + begin, scores + end, -1.0f);
  std::fill(best + begin, best + end, 0);
  for (int64_t j = 1; j < classes; ++j)
    TakeBetter(probabilities + j * stride + begin, static_cast<int32_t>(j), scores + begin, best + begin, end - begin);
}

}  // namespace moir::runtime

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

KeptBoxes::KeptBoxes(Workspace& workspace, int64_t capacity)
    : xmin_(workspace.Take<float>(capacity)),
      ymin_(workspace.Take<float>(capacity)),
      xmax_(workspace.Take<float>(capacity)),
      ymax_(workspace.Take<float>(capacity)),
      areas_(workspace.Take<float>(capacity)),
      ids_(workspace.Take<int32_t>(capacity)) {}

void KeptBoxes::Reset(const OverlapRule& rule) {
  rule_ = rule;
  count_ = 0;
}

bool KeptBoxes::Suppresses(const CornerBox& box) const {
  // Most boxes that fall are neighbours of the best ones.
  constexpr int64_t kPiece = 128;
  const Coordinates kept{xmin_, ymin_, xmax_, ymax_, areas_, ids_};
  for (int64_t begin = 0; begin < Count(); begin += kPiece) {
    if (AnyOverlaps(kept, begin, std::min(begin + kPiece, Count()), box, rule_)) return true;
  }
  return false;
}

void KeptBoxes::Add(const CornerBox& box) {
  xmin_[count_] = box.xmin;
  ymin_[count_] = box.ymin;
  xmax_[count_] = box.xmax;
  ymax_[count_] = box.ymax;
  areas_[count_] = box.area;
  ids_[count_++] = box.id;
}

std::span<const uint64_t> KeepBest(std::span<uint64_t> keys, int64_t count) {
  if (count < static_cast<int64_t>(keys.size())) {
    std::nth_element(keys.begin(), keys.begin() + count, keys.end());
    keys = keys.first(static_cast<size_t>(count));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void BestClasses(const float* probabilities, int64_t classes, int64_t stride, int64_t begin, int64_t end, float* scores,
                 int32_t* best) {
  std::fill(scores + begin, scores + end, -1.0f);
  std::fill(best + begin, best + end, 0);
  for (int64_t j = 1; j < classes; ++j)
    TakeBetter(probabilities + j * stride + begin, static_cast<int32_t>(j), scores + begin, best + begin, end - begin);
}

}  // namespace moir::runtime

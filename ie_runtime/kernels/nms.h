// Non-maximum suppression as the detection operators do it: the same comparisons as their plain evaluation, on many
// boxes at once.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <span>

#include "ie_runtime/kernels/workspace.h"

namespace moir::runtime {

struct CornerBox {
  float xmin, ymin, xmax, ymax, area;
  int32_t id;  // boxes of other ids do not suppress each other
};

// What counts as too much overlap.
struct OverlapRule {
  float threshold;                                              // shared / (area + area - shared) > threshold
  float side = 0;                                               // added to the length of sides that are shared
  float least_union = -std::numeric_limits<float>::infinity();  // and the union must be larger than this
};

// Up to `capacity` boxes that were kept, as one array per coordinate.
class KeptBoxes {
 public:
  KeptBoxes(Workspace& workspace, int64_t capacity);
  // Begins anew.
  void Reset(const OverlapRule& rule);
  bool Suppresses(const CornerBox& box) const;
  void Add(const CornerBox& box);
  int64_t Count() const { return count_; }

 private:
  OverlapRule rule_{};
  int64_t count_ = 0;
  float *xmin_, *ymin_, *xmax_, *ymax_, *areas_;
  int32_t* ids_;
};

// Numbers that ascend as scores descend, equal scores in the order of their indices.
inline uint64_t ScoreKey(float score, uint32_t index) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);  // -0 is 0
  const uint32_t ascending = bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
  return uint64_t{~ascending} << 32 | index;
}
inline uint32_t IndexOfKey(uint64_t key) { return static_cast<uint32_t>(key); }
// The first `count` keys, or all when there are fewer, sorted.
std::span<const uint64_t> KeepBest(std::span<uint64_t> keys, int64_t count);

// For anchors [begin, end): the largest of probabilities[j * stride + i], j from 1 on, and the first j that has it; 0
// when none is above -1.
void BestClasses(const float* probabilities, int64_t classes, int64_t stride, int64_t begin, int64_t end, float* scores,
                 int32_t* best);

}  // namespace moir::runtime

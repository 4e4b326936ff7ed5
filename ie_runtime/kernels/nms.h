// Non-maximum suppression as the detection operators do it: the same comparisons as their plain evaluation, on many
// boxes at once.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

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

// Boxes that were kept, as one array per coordinate.
class KeptBoxes {
 public:
  explicit KeptBoxes(const OverlapRule& rule) : rule_(rule) {}
  bool Suppresses(const CornerBox& box) const;
  void Add(const CornerBox& box);
  int64_t Count() const { return static_cast<int64_t>(ids_.size()); }

 private:
  OverlapRule rule_;
  std::vector<float> xmin_, ymin_, xmax_, ymax_, areas_;
  std::vector<int32_t> ids_;
};

// Numbers that ascend as scores descend, equal scores in the order of their indices.
inline uint64_t ScoreKey(float score, uint32_t index) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);  // -0 is 0
  const uint32_t ascending = bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
  return uint64_t{~ascending} << 32 | index;
}
inline uint32_t IndexOfKey(uint64_t key) { return static_cast<uint32_t>(key); }
// Sorts the first `count` keys and drops the others.
void KeepBest(std::vector<uint64_t>& keys, int64_t count);

// For anchors [begin, end): the largest of probabilities[j * stride + i], j from 1 on, and the first j that has it; 0
// when none is above -1.
void BestClasses(const float* probabilities, int64_t classes, int64_t stride, int64_t begin, int64_t end, float* scores,
                 int32_t* best);

}  // namespace moir::runtime

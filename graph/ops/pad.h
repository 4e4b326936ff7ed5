// Where the elements of a padded axis come from: what Pad's evaluation and its kernel share.
#pragma once

#include <cstdint>
#include <string_view>

namespace moir::graph {

// The element of an axis of `size` that stands at position `i` relative to its first, or -1 for the pad value.
inline int64_t PadSource(int64_t i, int64_t size, std::string_view mode) {
  if (i >= 0 && i < size) return i;
  if (mode == "edge") return i < 0 ? 0 : size - 1;
  if (mode == "reflect") return i < 0 ? -i : 2 * size - 2 - i;
  if (mode == "symmetric") return i < 0 ? -i - 1 : 2 * size - 1 - i;
  return -1;
}

}  // namespace moir::graph

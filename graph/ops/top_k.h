// Which elements of one row are the top k, and in which order: what TopK's evaluation and its kernel share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <type_traits>

namespace moir::graph {

// a > b, NaN being smaller than everything.
template <typename T>
bool IsAbove(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(b)) return !std::isnan(a);
  }
  return a > b;
}

// Sorts the positions of the `order.size()` elements row[0], row[stride], ... so that the first k are the largest (or
// smallest) by value. Equal elements: see TopK in top_k.cpp.
template <typename T>
void SortTop(const T* row, int64_t stride, int64_t k, bool largest, bool stable, std::span<int64_t> order) {
  // Up to here std::sort is an insertion sort, and std::partial_sort is a heap at any size: comparisons with NaN, which
  // are false both ways, cannot lead them out of the array.
  constexpr int64_t kInsertionSort = 16;
  const auto size = static_cast<int64_t>(order.size());
  const bool full = k * 8 > size;
  std::iota(order.begin(), order.end(), 0);
  for (int64_t j = 0; j < size && !stable && full && size > kInsertionSort; ++j)
    stable = row[j * stride] != row[j * stride];
  if (stable) {
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return largest ? IsAbove(row[a * stride], row[b * stride]) : IsAbove(row[b * stride], row[a * stride]);
    });
    return;
  }
  const auto before = [&](int64_t a, int64_t b) {
    return largest ? row[a * stride] > row[b * stride] : row[a * stride] < row[b * stride];
  };
  if (full) std::sort(order.begin(), order.end(), before);
  else std::partial_sort(order.begin(), order.begin() + k, order.end(), before);
}

}  // namespace moir::graph

#include "statistics.h"

#include <algorithm>
#include <numeric>

namespace moir::apps {

Statistics::Statistics(std::vector<double> values) : sorted_(std::move(values)) {
  std::sort(sorted_.begin(), sorted_.end());
  if (!sorted_.empty())
    average_ = std::accumulate(sorted_.begin(), sorted_.end(), 0.0) / static_cast<double>(sorted_.size());
}

double Statistics::Median() const {
  if (sorted_.empty()) return 0;
  const size_t middle = sorted_.size() / 2;
  return sorted_.size() % 2 == 1 ? sorted_[middle] : (sorted_[middle - 1] + sorted_[middle]) / 2;
}

double Statistics::Percentile(int percent) const {
  if (sorted_.empty()) return 0;
  const auto part = static_cast<size_t>(std::clamp(percent, 1, 100));
  const size_t rank = (sorted_.size() * part + 99) / 100;  // from 1
  return sorted_[rank - 1];
}

}  // namespace moir::apps

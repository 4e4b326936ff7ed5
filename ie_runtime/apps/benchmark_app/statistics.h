// What can be said about many measured times.
#pragma once

#include <cstddef>
#include <vector>

namespace moir::apps {

class Statistics {
 public:
  explicit Statistics(std::vector<double> values);
  size_t Count() const { return sorted_.size(); }
  // All are 0 when there is nothing.
  double Min() const { return sorted_.empty() ? 0 : sorted_.front(); }
  double Max() const { return sorted_.empty() ? 0 : sorted_.back(); }
  double Average() const { return average_; }
  // The middle one; of an even number the mean of the two in the middle.
  double Median() const;
  // The smallest value that at least `percent` of 100 do not exceed.
  double Percentile(int percent) const;

 private:
  std::vector<double> sorted_;
  double average_ = 0;
};

}  // namespace moir::apps

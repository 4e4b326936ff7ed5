// What can be said about the values of a tensor in a line: their range and the largest ones.
#pragma once

#include <cstdint>
#include <vector>

#include "moir/tensor.h"

namespace moir::apps {

struct IndexedValue {
  int64_t index = 0;  // in row-major order
  double value = 0;
};

struct Summary {
  double min = 0, max = 0, mean = 0;  // of the finite values; 0 when there are none
  int64_t not_finite = 0;             // infinities and NaNs
  std::vector<IndexedValue> top;  // the `count` largest that are not NaN, largest first; the first of equal ones first
};

// Any element type. `count` may exceed the number of values.
Summary Summarize(const Tensor& tensor, size_t count);

}  // namespace moir::apps

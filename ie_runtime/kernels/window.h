// Sliding windows as kernels see them: every list has one entry per spatial axis, pads are explicit.
#pragma once

#include <vector>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

struct WindowAttributes {
  std::vector<int64_t> kernel, strides, dilations, pads_begin, pads_end;
};

// For Convolution, GroupConvolution, MaxPool and AvgPool. `pads_end` makes the number of windows what the settled
// output shape says: with ceil rounding the last window may hang over the given pads, and pads that no window reaches
// are cut off (so an entry can be negative).
WindowAttributes ReadWindow(const KernelContext& context, const std::vector<int64_t>& kernel);

}  // namespace moir::runtime

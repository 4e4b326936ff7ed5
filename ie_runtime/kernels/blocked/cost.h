// What convolutions are likely to take, for the choice among algorithms. Only ratios of the results matter.
#pragma once

#include <cstdint>

#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime::blocked {

// Seconds per unit of work, fitted to measurements.
struct Cost {
  double flops;        // of a core, per second: twice the multiply-adds
  double transformed;  // per byte of a transformed tile
  double near, far;    // per byte from a core's second-level cache, and from beyond it, at a rate that all cores share
};
Cost CostOf(const Loops& loops);

// Bytes of a core's second-level cache.
double SecondLevelCache();

// Of a convolution without algorithms that save multiplications.
double DirectSeconds(const Loops& loops, int threads, double multiply_adds, double weight_bytes);

inline int64_t RoundUp(int64_t channels, int64_t lanes) { return DivideUp(channels, lanes) * lanes; }

}  // namespace moir::runtime::blocked

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

// How many products of bf16, with sums in f32, a core computes in the time of one of f32: 2 where its instruction runs
// as often as f32's, which has half as many products; 1/2 on CPUs that run it a quarter as often and expect AMX to be
// used. Measured once, in some ten microseconds, and rounded to a power of two, so that it is the same in each process.
// Where the CPU has no such instruction it is 1/2.
double Bf16ProductRate();
// For tests; 0: as measured.
void SetBf16ProductRate(double rate);

inline int64_t RoundUp(int64_t channels, int64_t lanes) { return DivideUp(channels, lanes) * lanes; }

}  // namespace moir::runtime::blocked

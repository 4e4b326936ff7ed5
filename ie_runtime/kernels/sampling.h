// Loops over the channels of single positions, for kernels that read feature maps with the channels last.
#pragma once

#include <cstdint>

namespace moir::runtime {

// sums[c] += weights[0] * a[c] + weights[1] * b[c] + weights[2] * c[c] + weights[3] * d[c], sources[k] being a to d.
void AddWeighted(const float* const sources[4], const float weights[4], float* sums, int64_t count);
// The same, written instead of added.
void CopyWeighted(const float* const sources[4], const float weights[4], float* dst, int64_t count);
// largest[c] = a[c] > largest[c] ? a[c] : largest[c]
void TakeLarger(const float* a, float* largest, int64_t count);
// dst[i] = the sum over k of weights[k * stride + i] * plane[places[k * stride + i]], k from 0 to 3.
void GatherWeighted(const float* plane, const int32_t* places, const float* weights, int64_t stride, float* dst,
                    int64_t count);

}  // namespace moir::runtime

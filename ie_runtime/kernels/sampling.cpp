#include "ie_runtime/kernels/sampling.h"

#include "ie_runtime/kernels/vector_loops.h"

namespace moir::runtime {

MOIR_VECTOR_CLONES void AddWeighted(const float* const sources[4], const float weights[4], float* sums, int64_t count) {
  const float *a = sources[0], *b = sources[1], *c = sources[2], *d = sources[3];
  const float wa = weights[0], wb = weights[1], wc = weights[2], wd = weights[3];
  for (int64_t i = 0; i < count; ++i) sums[i] += wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i];
}

MOIR_VECTOR_CLONES void CopyWeighted(const float* const sources[4], const float weights[4], float* dst, int64_t count) {
  const float *a = sources[0], *b = sources[1], *c = sources[2], *d = sources[3];
  const float wa = weights[0], wb = weights[1], wc = weights[2], wd = weights[3];
  for (int64_t i = 0; i < count; ++i) dst[i] = wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i];
}

MOIR_VECTOR_CLONES void TakeLarger(const float* a, float* largest, int64_t count) {
  for (int64_t i = 0; i < count; ++i) largest[i] = a[i] > largest[i] ? a[i] : largest[i];
}

MOIR_VECTOR_CLONES void GatherWeighted(const float* plane, const int32_t* places, const float* weights, int64_t stride,
                                       float* dst, int64_t count) {
  const int32_t *a = places, *b = a + stride, *c = b + stride, *d = c + stride;
  const float *wa = weights, *wb = wa + stride, *wc = wb + stride, *wd = wc + stride;
  for (int64_t i = 0; i < count; ++i)
    dst[i] = wa[i] * plane[a[i]] + wb[i] * plane[b[i]] + wc[i] * plane[c[i]] + wd[i] * plane[d[i]];
}

}  // namespace moir::runtime

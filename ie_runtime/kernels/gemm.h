// Product of row-major matrices: c[m, n] = a[m, k] * b[k, n], with leading dimensions.
#pragma once

#include <cstdint>

namespace moir::runtime {

// `transpose_b`: b is stored [n, k].
void Gemm(bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb,
          float* c, int64_t ldc);

}  // namespace moir::runtime

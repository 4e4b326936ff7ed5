#include "ie_runtime/kernels/gemm.h"

#include "ie_runtime/kernels/onednn/onednn.h"

namespace moir::runtime {

void Gemm(bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb,
          float* c, int64_t ldc) {
  const dnnl_status_t status = dnnl_sgemm('N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a, lda, b, ldb, 0.0f, c, ldc);
  if (status != dnnl_success)
    Fail(ErrorKind::kInternal, "oneDNN could not multiply matrices: status ", static_cast<int>(status));
}

}  // namespace moir::runtime

// Kernels and loops for models that are compiled for bf16, which others fall back on.
#pragma once

#include <optional>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeDepthwiseBf16(const KernelContext& context);

// y = x * scale + shift in bf16, for rows of `width` with one scale and shift per column; `relu`: then max(y, 0).
void ScaleShiftBf16Rows(const BF16* x, BF16* y, int64_t rows, int64_t width, const float* scale, const float* shift,
                        bool relu);

}  // namespace moir::runtime

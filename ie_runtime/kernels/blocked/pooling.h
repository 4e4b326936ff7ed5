// Poolings of pictures in f32 between convolutions, whose channels lie in blocks of the vector length.
#pragma once

#include <optional>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/bf16_kernels.h"

namespace moir::runtime {

// Nothing when the data is no picture in that layout, or elements of windows lie apart. No window may lie beside the
// data as a whole.
std::optional<KernelChoice> MakeBlockedPooling(const KernelContext& context, PoolingKind kind,
                                               const WindowAttributes& w);

}  // namespace moir::runtime

// Which layers PackedConvolution serves together.
#pragma once

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/blocked/packed.h"

namespace moir::runtime {

// The sizes of a convolution of rank 4.
PackedShape ReadPackedShape(const KernelContext& context);

// Whether `layer` can do the work of `before`, which makes its first input, in a prologue, and is likely faster so. For
// the number of threads of the calling thread's parallel regions.
bool TakesPrologue(const Plan& plan, const Layer& layer, const Layer& before);

}  // namespace moir::runtime

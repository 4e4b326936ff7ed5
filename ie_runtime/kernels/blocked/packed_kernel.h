// Which layers PackedConvolution serves together.
#pragma once

#include "ie_runtime/kernel.h"

namespace moir::runtime {

// Whether `layer` can do the work of `before`, which makes its first input, in a prologue, and is likely faster so. For
// the number of threads of the calling thread's parallel regions.
bool TakesPrologue(const Plan& plan, const Layer& layer, const Layer& before);

}  // namespace moir::runtime

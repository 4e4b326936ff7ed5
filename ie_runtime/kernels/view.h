// A result that is a stretch of the input's bytes.
#pragma once

#include <memory>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

// `bytes` bytes from byte `offset` of input 0. Nothing to do when the output lies there already.
std::unique_ptr<Kernel> MakeViewKernel(size_t bytes, size_t offset);

}  // namespace moir::runtime

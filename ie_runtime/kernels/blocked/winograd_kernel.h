// Which layers WinogradConvolution serves.
#pragma once

#include <optional>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/blocked/winograd.h"

namespace moir::runtime {

// The sizes of a layer that LoopsFor takes, if its window is 3 x 3 and moves by one.
std::optional<WinogradShape> ReadWinogradShape(const KernelContext& context);
KernelChoice MakeWinogradKernel(const KernelContext& context, const WinogradShape& shape, const WinogradPlan& plan);

}  // namespace moir::runtime

// Which layers WinogradConvolution serves.
#pragma once

#include <optional>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/blocked/winograd.h"

namespace moir::runtime {

// The sizes of a layer that LoopsFor or Bf16LoopsFor takes, if its window is 3 x 3 and moves by one.
std::optional<WinogradShape> ReadWinogradShape(const KernelContext& context);
// `loops`: what one of them gave.
KernelChoice MakeWinogradKernel(const KernelContext& context, const blocked::Loops& loops, const WinogradShape& shape,
                                const WinogradPlan& plan);

}  // namespace moir::runtime

// Which layers PackedConvolution serves together.
#pragma once

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/blocked/packed.h"

namespace moir::runtime {

// The sizes of a convolution of rank 4.
PackedShape ReadPackedShape(const KernelContext& context);

// Whether a function of the result would need a pass of its own behind oneDNN's kernel.
bool IsChainedOtherwise(const Layer& layer);
// Without a prologue, whether it pays or not. `loops`: of LoopsFor or Bf16LoopsFor.
KernelChoice MakePackedKernel(const KernelContext& context, const blocked::Loops& loops, const PackedShape& shape);

// The layer that makes the first input of `layer` and whose work that could do in a prologue, or null.
const Layer* FindPrologue(const Plan& plan, const Layer& layer);
// `layer` with the work of `before`, which FindPrologue gave.
Layer WithPrologue(const Layer& layer, const Layer& before);
// Whether it is likely faster so, for the number of threads of the calling thread's parallel regions.
bool PaysWithPrologue(const Plan& plan, const Layer& layer);
// The same, or what was measured (algorithm_choices.h).
bool TakesPrologue(const Plan& plan, const Layer& layer, const Layer& before);
// What decides which is faster, as a text (ConvolutionProblem), and what is chosen.
std::string PrologueProblem(const Plan& plan, const Layer& layer, const Layer& before);
inline constexpr const char* kWithPrologue = "with prologue";
inline constexpr const char* kWithoutPrologue = "without prologue";

}  // namespace moir::runtime

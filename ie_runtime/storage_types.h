// In which type each value of a plan lies in memory when the model is computed in bf16.
#pragma once

#include <vector>

#include "ie_runtime/plan.h"

namespace moir::runtime {

// Per value its own type, or bf16. What is rounded is what is multiplied: a value becomes bf16 when a layer that
// multiplies in bf16 reads it, itself or what follows from it (a pooling, a sum, a concatenation). All else stays f32:
// outputs of the model, what a softmax or a detection reads, operands of the few rows that FullyConnected streams
// over.
std::vector<ElementType> ChooseStorage(const Plan& plan);

// The operands that the layer takes as bf16 when they are that: all that are computed, in f32.
bool TakesBf16(const Plan& plan, const Layer& layer);

}  // namespace moir::runtime

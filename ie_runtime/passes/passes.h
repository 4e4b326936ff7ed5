// The engine's passes, in the order in which RunPasses runs them. Each rewrites the plan's layers into fewer ones.
#pragma once

#include <functional>

#include "ie_runtime/plan.h"

namespace moir::runtime {

void FusePad(Plan& plan);         // Pad(0) + Convolution      => Convolution with wider pads
void FuseScaleShift(Plan& plan);  // per-channel Multiply, Add, BatchNormInference => ScaleShift, merged with its like
void FuseBias(Plan& plan);        // Convolution, MatMul + per-channel ScaleShift  => scaled weights, bias
void FuseSum(Plan& plan);         // Convolution + Add of an equal shape           => Convolution with post-op sum
void FuseLstmGates(Plan& plan);   // what an unrolled LSTM does between products  => LstmGates
void FuseUnary(Plan& plan);       // any of these + activation                     => post-op

void FuseConcat(Plan& plan);    // Concat + ScaleShift, in bf16                    => ConcatScaleShift
void FusePrologue(Plan& plan);  // depthwise convolution or ScaleShift + 1x1     => Convolution with a prologue

// `precision`: of products, f32 or bf16. `measure`: called before the pass that asks which algorithms were chosen
// (algorithm_choices.h), or empty.
void RunPasses(Plan& plan, ElementType precision = ElementType::kF32, const std::function<void()>& measure = {});

}  // namespace moir::runtime

// The factories of all kernels; kernel_table.cpp tells which operator gets which.
#pragma once

#include "ie_runtime/kernel.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeBinary(const KernelContext& context);
std::optional<KernelChoice> MakeConcat(const KernelContext& context);
std::optional<KernelChoice> MakeConvert(const KernelContext& context);
std::optional<KernelChoice> MakeConvolutionKernel(const KernelContext& context);
std::optional<KernelChoice> MakeDeconvolutionKernel(const KernelContext& context);
std::optional<KernelChoice> MakeGather(const KernelContext& context);
std::optional<KernelChoice> MakeInterpolate(const KernelContext& context);
std::optional<KernelChoice> MakeLrnKernel(const KernelContext& context);
std::optional<KernelChoice> MakeMath(const KernelContext& context);
std::optional<KernelChoice> MakeMatMulKernel(const KernelContext& context);
std::optional<KernelChoice> MakeMean(const KernelContext& context);
std::optional<KernelChoice> MakeNormalizeL2(const KernelContext& context);
std::optional<KernelChoice> MakePad(const KernelContext& context);
std::optional<KernelChoice> MakePoolingKernel(const KernelContext& context);
std::optional<KernelChoice> MakePRelu(const KernelContext& context);
std::optional<KernelChoice> MakeQuantize(const KernelContext& context);
std::optional<KernelChoice> MakeQuantizedConvolution(const KernelContext& context);
std::optional<KernelChoice> MakeReshape(const KernelContext& context);
std::optional<KernelChoice> MakeScaleShift(const KernelContext& context);
std::optional<KernelChoice> MakeSequence(const KernelContext& context);
std::optional<KernelChoice> MakeSlice(const KernelContext& context);
std::optional<KernelChoice> MakeSoftmax(const KernelContext& context);
std::optional<KernelChoice> MakeSoftmaxKernel(const KernelContext& context);
std::optional<KernelChoice> MakeSplit(const KernelContext& context);
std::optional<KernelChoice> MakeTile(const KernelContext& context);
std::optional<KernelChoice> MakeTranspose(const KernelContext& context);
std::optional<KernelChoice> MakeUnary(const KernelContext& context);

}  // namespace moir::runtime

// The factories of all kernels; kernel_table.cpp tells which operator gets which.
#pragma once

#include "ie_runtime/kernel.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeAdaptiveAvgPool(const KernelContext& context);
// A ConvolutionBackpropData in bf16 on AMX.
std::optional<KernelChoice> MakeAmxDeconvolution(const KernelContext& context);
std::optional<KernelChoice> MakeAmxKernel(const KernelContext& context);
std::optional<KernelChoice> MakeArgMax(const KernelContext& context);
std::optional<KernelChoice> MakeBinary(const KernelContext& context);
std::optional<KernelChoice> MakeBoxNms(const KernelContext& context);
std::optional<KernelChoice> MakeComparison(const KernelContext& context);
std::optional<KernelChoice> MakeConcat(const KernelContext& context);
std::optional<KernelChoice> MakeConcatScaleShift(const KernelContext& context);
std::optional<KernelChoice> MakeConvert(const KernelContext& context);
std::optional<KernelChoice> MakeConvolutionKernel(const KernelContext& context);
std::optional<KernelChoice> MakeCorrelation(const KernelContext& context);
std::optional<KernelChoice> MakeCumSum(const KernelContext& context);
std::optional<KernelChoice> MakeDeconvolutionKernel(const KernelContext& context);
std::optional<KernelChoice> MakeDeformableConvolution(const KernelContext& context);
std::optional<KernelChoice> MakeDeformableRegionPooling(const KernelContext& context);
std::optional<KernelChoice> MakeExtensionKernel(const KernelContext& context);
std::optional<KernelChoice> MakeFakeQuantize(const KernelContext& context);
std::optional<KernelChoice> MakeGather(const KernelContext& context);
std::optional<KernelChoice> MakeGatherElements(const KernelContext& context);
std::optional<KernelChoice> MakeGatherNd(const KernelContext& context);
std::optional<KernelChoice> MakeGridSample(const KernelContext& context);
std::optional<KernelChoice> MakeInterpolate(const KernelContext& context);
std::optional<KernelChoice> MakeLrnKernel(const KernelContext& context);
std::optional<KernelChoice> MakeLstmGates(const KernelContext& context);
std::optional<KernelChoice> MakeMatMulKernel(const KernelContext& context);
std::optional<KernelChoice> MakeMath(const KernelContext& context);
std::optional<KernelChoice> MakeMean(const KernelContext& context);
std::optional<KernelChoice> MakeMultiBoxDetection(const KernelContext& context);
std::optional<KernelChoice> MakeMultiProposal(const KernelContext& context);
std::optional<KernelChoice> MakeMvn(const KernelContext& context);
std::optional<KernelChoice> MakeNormalizeL2(const KernelContext& context);
std::optional<KernelChoice> MakeOneHot(const KernelContext& context);
// A Convolution in bf16 by oneDNN's kernels alone; nothing where these are slower than those in f32.
std::optional<KernelChoice> MakeOneDnnBf16Convolution(const KernelContext& context);
// A Convolution in f32 by oneDNN's kernels alone.
std::optional<KernelChoice> MakeOneDnnConvolution(const KernelContext& context);
std::optional<KernelChoice> MakePRelu(const KernelContext& context);
std::optional<KernelChoice> MakePackedKernel(const KernelContext& context);
std::optional<KernelChoice> MakePad(const KernelContext& context);
std::optional<KernelChoice> MakePoolingKernel(const KernelContext& context);
std::optional<KernelChoice> MakePositionSensitiveAlign(const KernelContext& context);
std::optional<KernelChoice> MakePositionSensitivePooling(const KernelContext& context);
std::optional<KernelChoice> MakeQuantize(const KernelContext& context);
std::optional<KernelChoice> MakeQuantizedConvert(const KernelContext& context);
std::optional<KernelChoice> MakeQuantizedConvolution(const KernelContext& context);
std::optional<KernelChoice> MakeReduce(const KernelContext& context);
std::optional<KernelChoice> MakeReshape(const KernelContext& context);
std::optional<KernelChoice> MakeReverseSequence(const KernelContext& context);
std::optional<KernelChoice> MakeRoiAlign(const KernelContext& context);
std::optional<KernelChoice> MakeRoiPooling(const KernelContext& context);
std::optional<KernelChoice> MakeRotatedRoiAlign(const KernelContext& context);
std::optional<KernelChoice> MakeScaleShift(const KernelContext& context);
std::optional<KernelChoice> MakeSelect(const KernelContext& context);
std::optional<KernelChoice> MakeSequence(const KernelContext& context);
std::optional<KernelChoice> MakeSlice(const KernelContext& context);
std::optional<KernelChoice> MakeSoftmax(const KernelContext& context);
std::optional<KernelChoice> MakeSoftmaxKernel(const KernelContext& context);
std::optional<KernelChoice> MakeSplit(const KernelContext& context);
std::optional<KernelChoice> MakeTile(const KernelContext& context);
std::optional<KernelChoice> MakeTopK(const KernelContext& context);
std::optional<KernelChoice> MakeTranspose(const KernelContext& context);
std::optional<KernelChoice> MakeUnary(const KernelContext& context);
std::optional<KernelChoice> MakeWinogradKernel(const KernelContext& context);

}  // namespace moir::runtime

// The converters, one declaration per function in the files of this folder.
#pragma once

#include "mo/mxnet/node_converter.h"

namespace moir::mo {

void ConvertActivation(NodeConverter& node);
void ConvertAddN(NodeConverter& node);
void ConvertArange(NodeConverter& node);
void ConvertBatchDot(NodeConverter& node);
void ConvertBatchNorm(NodeConverter& node);
void ConvertBinary(NodeConverter& node);
void ConvertBroadcastAxis(NodeConverter& node);
void ConvertBroadcastLike(NodeConverter& node);
void ConvertBroadcastTo(NodeConverter& node);
void ConvertCast(NodeConverter& node);
void ConvertClip(NodeConverter& node);
void ConvertConcat(NodeConverter& node);
void ConvertConvolution(NodeConverter& node);
void ConvertCrop(NodeConverter& node);
void ConvertDeconvolution(NodeConverter& node);
void ConvertDot(NodeConverter& node);
void ConvertDropout(NodeConverter& node);
void ConvertEmbedding(NodeConverter& node);
void ConvertExpandDims(NodeConverter& node);
void ConvertFilled(NodeConverter& node);
void ConvertFilledLike(NodeConverter& node);
void ConvertFlatten(NodeConverter& node);
void ConvertFullyConnected(NodeConverter& node);
void ConvertIdentity(NodeConverter& node);
void ConvertInstanceNorm(NodeConverter& node);
void ConvertL2Normalization(NodeConverter& node);
void ConvertLayerNorm(NodeConverter& node);
void ConvertLeakyReLU(NodeConverter& node);
void ConvertLogisticRegressionOutput(NodeConverter& node);
void ConvertLrn(NodeConverter& node);
void ConvertMakeLoss(NodeConverter& node);
void ConvertMultiBoxDetection(NodeConverter& node);
void ConvertMultiBoxPrior(NodeConverter& node);
void ConvertNorm(NodeConverter& node);
void ConvertOneHot(NodeConverter& node);
void ConvertPad(NodeConverter& node);
void ConvertPooling(NodeConverter& node);
void ConvertReduce(NodeConverter& node);
void ConvertReshape(NodeConverter& node);
void ConvertReshapeLike(NodeConverter& node);
void ConvertRnn(NodeConverter& node);
void ConvertScalar(NodeConverter& node);
void ConvertSlice(NodeConverter& node);
void ConvertSliceAxis(NodeConverter& node);
void ConvertSliceChannel(NodeConverter& node);
void ConvertSliceLike(NodeConverter& node);
void ConvertSmoothL1(NodeConverter& node);
void ConvertSoftmax(NodeConverter& node);
void ConvertSoftmaxActivation(NodeConverter& node);
void ConvertSoftmaxOutput(NodeConverter& node);
void ConvertSqueeze(NodeConverter& node);
void ConvertStack(NodeConverter& node);
void ConvertSwapAxis(NodeConverter& node);
void ConvertTake(NodeConverter& node);
void ConvertTile(NodeConverter& node);
void ConvertTraining(NodeConverter& node);
void ConvertTranspose(NodeConverter& node);
void ConvertUnary(NodeConverter& node);
void ConvertUpSampling(NodeConverter& node);
void ConvertWarpCtc(NodeConverter& node);
void ConvertWhere(NodeConverter& node);

}  // namespace moir::mo

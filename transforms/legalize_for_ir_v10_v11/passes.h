// One factory per legalizing pass, in alphabetical order; legalize.cpp holds the order in which they run.
#pragma once

#include <memory>

#include "graph/pass.h"

namespace moir::transforms {

std::unique_ptr<graph::Pass> MakeAlignTileRanks();
std::unique_ptr<graph::Pass> MakeDecomposeAdaptiveAvgPool();
std::unique_ptr<graph::Pass> MakeDecomposeArgMax();
std::unique_ptr<graph::Pass> MakeDecomposeAtan2();
std::unique_ptr<graph::Pass> MakeDecomposeAvgPool();
std::unique_ptr<graph::Pass> MakeDecomposeBipartiteMatching();
std::unique_ptr<graph::Pass> MakeDecomposeBoxDecode();
std::unique_ptr<graph::Pass> MakeDecomposeBoxEncode();
std::unique_ptr<graph::Pass> MakeDecomposeBoxIou();
std::unique_ptr<graph::Pass> MakeDecomposeBoxNms();
std::unique_ptr<graph::Pass> MakeDecomposeCorrelation();
std::unique_ptr<graph::Pass> MakeDecomposeCubicInterpolate();
std::unique_ptr<graph::Pass> MakeDecomposeDeformableConvolution();
std::unique_ptr<graph::Pass> MakeDecomposeDeformableRegionPooling();
std::unique_ptr<graph::Pass> MakeDecomposeFloatClass();
std::unique_ptr<graph::Pass> MakeDecomposeGridSample();
std::unique_ptr<graph::Pass> MakeDecomposeIntegerDivide();
std::unique_ptr<graph::Pass> MakeDecomposeLstmProjection();
std::unique_ptr<graph::Pass> MakeDecomposeMultiBoxDetection();
std::unique_ptr<graph::Pass> MakeDecomposeMultiProposal();
std::unique_ptr<graph::Pass> MakeDecomposePsRoiAlign();
std::unique_ptr<graph::Pass> MakeDecomposeQuantized();
std::unique_ptr<graph::Pass> MakeDecomposeRRoiAlign();
std::unique_ptr<graph::Pass> MakeDecomposeSoftSign();
std::unique_ptr<graph::Pass> MakeDivideScalesExactly();
std::unique_ptr<graph::Pass> MakeExpandOperators(int version);
std::unique_ptr<graph::Pass> MakeFlattenSingleBatchGather();
std::unique_ptr<graph::Pass> MakeGiveMatMulTwoAxes();
std::unique_ptr<graph::Pass> MakeNormalizeLrnBias();
std::unique_ptr<graph::Pass> MakeReplaceConstantHardSigmoid();
std::unique_ptr<graph::Pass> MakeReplaceEmptyLists();
std::unique_ptr<graph::Pass> MakeRoundRegions();
std::unique_ptr<graph::Pass> MakeSelectExistingRegions();
std::unique_ptr<graph::Pass> MakeStabilizeTopK();
std::unique_ptr<graph::Pass> MakeWidenSmallIntegers();

}  // namespace moir::transforms

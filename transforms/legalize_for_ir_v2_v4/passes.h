// One factory per legalizing pass, in alphabetical order; legalize.cpp holds the order in which they run.
#pragma once

#include <memory>

#include "graph/pass.h"

namespace moir::transforms {

std::unique_ptr<graph::Pass> MakeAvoidSharedSplitOutputs();
std::unique_ptr<graph::Pass> MakeBreakPReLUChains();
std::unique_ptr<graph::Pass> MakeLowerActivations();
std::unique_ptr<graph::Pass> MakeLowerAffine();
std::unique_ptr<graph::Pass> MakeLowerBatchNorm();
std::unique_ptr<graph::Pass> MakeLowerConcat();
std::unique_ptr<graph::Pass> MakeLowerConvolution();
std::unique_ptr<graph::Pass> MakeLowerDetection();
std::unique_ptr<graph::Pass> MakeLowerElementwise();
std::unique_ptr<graph::Pass> MakeLowerGather();
std::unique_ptr<graph::Pass> MakeLowerInterpolate();
std::unique_ptr<graph::Pass> MakeLowerMatMul();
std::unique_ptr<graph::Pass> MakeLowerNormalization();
std::unique_ptr<graph::Pass> MakeLowerPad();
std::unique_ptr<graph::Pass> MakeLowerPooling(int version);
std::unique_ptr<graph::Pass> MakeLowerReshape();
std::unique_ptr<graph::Pass> MakeLowerSlice();
std::unique_ptr<graph::Pass> MakeLowerSplit();
std::unique_ptr<graph::Pass> MakeLowerTile();
std::unique_ptr<graph::Pass> MakeLowerTranspose();

}  // namespace moir::transforms

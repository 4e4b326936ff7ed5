#include "transforms/legalize_for_ir_v10_v11/legalize.h"

#include "transforms/legalize_for_ir_v10_v11/passes.h"
#include "transforms/passes.h"

namespace moir::transforms {

std::vector<std::unique_ptr<graph::Pass>> MakeLegalizePassesV10V11(int version) {
  std::vector<std::unique_ptr<graph::Pass>> passes;
  const auto add = [&](std::unique_ptr<graph::Pass> pass) { passes.push_back(std::move(pass)); };

  // Shapes are settled: what depends on nothing else (prior boxes, shape arithmetic) is a constant.
  add(MakeFoldShapeConstants());

  if (version == 10) {
    // Operators that came after opset7.
    add(MakeDecomposeAdaptiveAvgPool());
    add(MakeDecomposeDeformableConvolution());
    add(MakeDecomposeGridSample());
    add(MakeDecomposeSoftSign());
  }
  add(MakeDecomposeArgMax());
  add(MakeDecomposeAtan2());
  add(MakeDecomposeAvgPool());
  add(MakeDecomposeBipartiteMatching());
  add(MakeDecomposeBoxDecode());
  add(MakeDecomposeBoxEncode());
  add(MakeDecomposeBoxIou());
  add(MakeDecomposeBoxNms());
  add(MakeDecomposeCorrelation());
  add(MakeDecomposeCubicInterpolate());
  add(MakeDecomposeDeformableRegionPooling());
  add(MakeDecomposeFloatClass());
  add(MakeDecomposeIntegerDivide());
  add(MakeDecomposeLstmProjection());
  add(MakeDecomposeMultiBoxDetection());
  add(MakeDecomposeMultiProposal());
  add(MakeDecomposePsRoiAlign());
  add(MakeDivideScalesExactly());  // while the Quantize are there that need it
  add(MakeDecomposeQuantized());
  add(MakeDecomposeRRoiAlign());
  add(MakeAlignTileRanks());
  // After the decompositions, which gather rows of each picture.
  add(MakeFlattenSingleBatchGather());
  add(MakeGiveMatMulTwoAxes());
  add(MakeNormalizeLrnBias());
  add(MakeReplaceConstantHardSigmoid());
  add(MakeReplaceEmptyLists());
  add(MakeRoundRegions());
  add(MakeSelectExistingRegions());
  // After the decompositions, which sort.
  if (version == 10) add(MakeStabilizeTopK());
  add(MakeWidenSmallIntegers());
  // After the decompositions, which may use operators that the version lacks.
  add(MakeExpandOperators(version));

  // The decompositions' small computations on constants.
  add(MakeFoldShapeConstants());
  add(MakeEliminateCommonSubexpressions());
  // Last, because it renames.
  add(MakeNameOutputLayers(OutputIdentity::kReshape));
  return passes;
}

}  // namespace moir::transforms

#include "ie_runtime/kernel_table.h"

#include <algorithm>

#include "graph/extension/extension_registry.h"
#include "ie_runtime/kernels/factories.h"

namespace moir::runtime {
namespace {

struct Entry {
  std::string_view op;
  KernelFactory factory;
};

// Sorted by operator.
constexpr Entry kTable[] = {
    {"Acos", MakeMath},
    {"Acosh", MakeMath},
    {"AdaptiveAvgPool", MakeAdaptiveAvgPool},
    {"Add", MakeBinary},
    {"ArgMax", MakeArgMax},
    {"Asin", MakeMath},
    {"Asinh", MakeMath},
    {"Atan", MakeMath},
    {"Atan2", MakeBinary},
    {"Atanh", MakeMath},
    {"AvgPool", MakePoolingKernel},
    {"BoxNms", MakeBoxNms},
    {"Broadcast", MakeTile},
    {"Ceiling", MakeMath},
    {"Concat", MakeConcat},
    {"Convert", MakeConvert},
    {"Convolution", MakeConvolutionKernel},
    {"ConvolutionBackpropData", MakeDeconvolutionKernel},
    {"Correlation", MakeCorrelation},
    {"Cos", MakeMath},
    {"Cosh", MakeMath},
    {"CumSum", MakeCumSum},
    {"DeformableConvolution", MakeDeformableConvolution},
    {"DeformableRegionPooling", MakeDeformableRegionPooling},
    {"Divide", MakeBinary},
    {"Equal", MakeComparison},
    {"Erf", MakeMath},
    {"FakeQuantize", MakeFakeQuantize},
    {"Floor", MakeMath},
    {"FloorMod", MakeBinary},
    {"GRUSequence", MakeSequence},
    {"Gather", MakeGather},
    {"GatherElements", MakeGatherElements},
    {"GatherND", MakeGatherNd},
    {"Greater", MakeComparison},
    {"GreaterEqual", MakeComparison},
    {"GridSample", MakeGridSample},
    {"GroupConvolution", MakeConvolutionKernel},
    {"GroupConvolutionBackpropData", MakeDeconvolutionKernel},
    {"Interpolate", MakeInterpolate},
    {"IsFinite", MakeMath},
    {"IsInf", MakeMath},
    {"IsNaN", MakeMath},
    {"LRN", MakeLrnKernel},
    {"LSTMSequence", MakeSequence},
    {"Less", MakeComparison},
    {"LessEqual", MakeComparison},
    {"LogSoftmax", MakeSoftmaxKernel},
    {"LogicalAnd", MakeComparison},
    {"LogicalNot", MakeMath},
    {"LogicalOr", MakeComparison},
    {"LogicalXor", MakeComparison},
    {"LstmGates", MakeLstmGates},
    {"MVN", MakeMvn},
    {"MatMul", MakeMatMulKernel},
    {"MaxPool", MakePoolingKernel},
    {"Maximum", MakeBinary},
    {"Minimum", MakeBinary},
    {"Mod", MakeBinary},
    {"MultiBoxDetection", MakeMultiBoxDetection},
    {"MultiProposal", MakeMultiProposal},
    {"Multiply", MakeBinary},
    {"NormalizeL2", MakeNormalizeL2},
    {"NotEqual", MakeComparison},
    {"OneHot", MakeOneHot},
    {"PRelu", MakePRelu},
    {"PSROIAlign", MakePositionSensitiveAlign},
    {"PSROIPooling", MakePositionSensitivePooling},
    {"Pad", MakePad},
    {"Power", MakeBinary},
    {"Quantize", MakeQuantize},
    {"QuantizedConvolution", MakeQuantizedConvolution},
    {"RNNSequence", MakeSequence},
    {"ROIAlign", MakeRoiAlign},
    {"ROIPooling", MakeRoiPooling},
    {"RROIAlign", MakeRotatedRoiAlign},
    {"ReduceL1", MakeReduce},
    {"ReduceL2", MakeReduce},
    {"ReduceMax", MakeReduce},
    {"ReduceMean", MakeReduce},
    {"ReduceMin", MakeReduce},
    {"ReduceProd", MakeReduce},
    {"ReduceSum", MakeReduce},
    {"Reshape", MakeReshape},
    {"ReverseSequence", MakeReverseSequence},
    {"Round", MakeMath},
    {"ScaleShift", MakeScaleShift},
    {"Select", MakeSelect},
    {"Sign", MakeMath},
    {"Sin", MakeMath},
    {"Sinh", MakeMath},
    {"Slice", MakeSlice},
    {"SoftSign", MakeMath},
    {"Softmax", MakeSoftmax},
    {"Split", MakeSplit},
    {"SquaredDifference", MakeBinary},
    {"Squeeze", MakeReshape},
    {"Subtract", MakeBinary},
    {"Tan", MakeMath},
    {"Tile", MakeTile},
    {"TopK", MakeTopK},
    {"Transpose", MakeTranspose},
    {"Unary", MakeUnary},
    {"Unsqueeze", MakeReshape},
    {"VariadicSplit", MakeSplit},
};

}  // namespace

KernelFactory FindKernelFactory(std::string_view op) {
  const auto found = std::lower_bound(std::begin(kTable), std::end(kTable), op,
                                      [](const Entry& entry, std::string_view name) { return entry.op < name; });
  if (found != std::end(kTable) && found->op == op) return found->factory;
  return graph::FindExtensionOperator(op) ? MakeExtensionKernel : nullptr;
}

std::vector<std::string_view> KernelOps() {
  std::vector<std::string_view> ops;
  for (const Entry& entry : kTable) ops.push_back(entry.op);
  return ops;
}

}  // namespace moir::runtime

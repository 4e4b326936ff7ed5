#include "ie_runtime/kernel_table.h"

#include <algorithm>

#include "graph/extension/extension_registry.h"
#include "ie_runtime/kernels/factories.h"

namespace moir::runtime {
namespace {

struct Entry {
  std::string_view op;
  KernelFactory factory;
  Bf16Use bf16 = Bf16Use::kNone;
};

// Sorted by operator.
constexpr Entry kTable[] = {
    {"Acos", MakeMath},
    {"Acosh", MakeMath},
    {"AdaptiveAvgPool", MakeAdaptiveAvgPool},
    {"Add", MakeBinary, Bf16Use::kFollows},
    {"ArgMax", MakeArgMax},
    {"Asin", MakeMath},
    {"Asinh", MakeMath},
    {"Atan", MakeMath},
    {"Atan2", MakeBinary},
    {"Atanh", MakeMath},
    {"AvgPool", MakePoolingKernel, Bf16Use::kFollows},
    {"BoxNms", MakeBoxNms},
    {"Broadcast", MakeTile},
    {"Ceiling", MakeMath},
    {"Concat", MakeConcat, Bf16Use::kFollows},
    {"ConcatScaleShift", MakeConcatScaleShift, Bf16Use::kFollows},
    {"Convert", MakeConvert},
    {"Convolution", MakeConvolutionKernel, Bf16Use::kMultiplies},
    {"ConvolutionBackpropData", MakeDeconvolutionKernel, Bf16Use::kMultiplies},
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
    {"GroupConvolution", MakeConvolutionKernel, Bf16Use::kMultiplies},
    {"GroupConvolutionBackpropData", MakeDeconvolutionKernel, Bf16Use::kMultiplies},
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
    {"MatMul", MakeMatMulKernel, Bf16Use::kMultiplies},
    {"MaxPool", MakePoolingKernel, Bf16Use::kFollows},
    {"Maximum", MakeBinary, Bf16Use::kFollows},
    {"Minimum", MakeBinary, Bf16Use::kFollows},
    {"Mod", MakeBinary},
    {"MultiBoxDetection", MakeMultiBoxDetection},
    {"MultiProposal", MakeMultiProposal},
    {"Multiply", MakeBinary, Bf16Use::kFollows},
    {"NormalizeL2", MakeNormalizeL2},
    {"NotEqual", MakeComparison},
    {"OneHot", MakeOneHot},
    {"PRelu", MakePRelu, Bf16Use::kFollows},
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
    {"ReduceMean", MakeReduce, Bf16Use::kFollows},
    {"ReduceMin", MakeReduce},
    {"ReduceProd", MakeReduce},
    {"ReduceSum", MakeReduce},
    {"Reshape", MakeReshape, Bf16Use::kFollows},
    {"ReverseSequence", MakeReverseSequence},
    {"Round", MakeMath},
    {"ScaleShift", MakeScaleShift, Bf16Use::kFollows},
    {"Select", MakeSelect},
    {"Sign", MakeMath},
    {"Sin", MakeMath},
    {"Sinh", MakeMath},
    {"Slice", MakeSlice},
    {"SoftSign", MakeMath},
    {"Softmax", MakeSoftmax},
    {"Split", MakeSplit},
    {"SquaredDifference", MakeBinary},
    {"Squeeze", MakeReshape, Bf16Use::kFollows},
    {"Subtract", MakeBinary, Bf16Use::kFollows},
    {"Tan", MakeMath},
    {"Tile", MakeTile},
    {"TopK", MakeTopK},
    {"Transpose", MakeTranspose},
    {"Unary", MakeUnary, Bf16Use::kFollows},
    {"Unsqueeze", MakeReshape, Bf16Use::kFollows},
    {"VariadicSplit", MakeSplit},
};

}  // namespace

namespace {

const Entry* FindEntry(std::string_view op) {
  const auto* const found = std::lower_bound(std::begin(kTable), std::end(kTable), op,
                                             [](const Entry& entry, std::string_view name) { return entry.op < name; });
  return found != std::end(kTable) && found->op == op ? found : nullptr;
}

}  // namespace

KernelFactory FindKernelFactory(std::string_view op) {
  if (const Entry* entry = FindEntry(op)) return entry->factory;
  return graph::FindExtensionOperator(op) ? MakeExtensionKernel : nullptr;
}

Bf16Use FindBf16Use(std::string_view op) {
  const Entry* entry = FindEntry(op);
  return entry ? entry->bf16 : Bf16Use::kNone;
}

std::vector<std::string_view> KernelOps() {
  std::vector<std::string_view> ops;
  for (const Entry& entry : kTable) ops.push_back(entry.op);
  return ops;
}

}  // namespace moir::runtime

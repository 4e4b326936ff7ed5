#include "ie_runtime/kernel_table.h"

#include <algorithm>

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
    {"Add", MakeBinary},
    {"Asin", MakeMath},
    {"Asinh", MakeMath},
    {"Atan", MakeMath},
    {"Atanh", MakeMath},
    {"AvgPool", MakePoolingKernel},
    {"Broadcast", MakeTile},
    {"Ceiling", MakeMath},
    {"Concat", MakeConcat},
    {"Convert", MakeConvert},
    {"Convolution", MakeConvolutionKernel},
    {"ConvolutionBackpropData", MakeDeconvolutionKernel},
    {"Cos", MakeMath},
    {"Cosh", MakeMath},
    {"Divide", MakeBinary},
    {"Erf", MakeMath},
    {"Floor", MakeMath},
    {"GRUSequence", MakeSequence},
    {"Gather", MakeGather},
    {"GroupConvolution", MakeConvolutionKernel},
    {"GroupConvolutionBackpropData", MakeDeconvolutionKernel},
    {"Interpolate", MakeInterpolate},
    {"LRN", MakeLrnKernel},
    {"LSTMSequence", MakeSequence},
    {"LogSoftmax", MakeSoftmaxKernel},
    {"MatMul", MakeMatMulKernel},
    {"MaxPool", MakePoolingKernel},
    {"Maximum", MakeBinary},
    {"Minimum", MakeBinary},
    {"Multiply", MakeBinary},
    {"NormalizeL2", MakeNormalizeL2},
    {"PRelu", MakePRelu},
    {"Pad", MakePad},
    {"Quantize", MakeQuantize},
    {"QuantizedConvolution", MakeQuantizedConvolution},
    {"RNNSequence", MakeSequence},
    {"ReduceMean", MakeMean},
    {"Reshape", MakeReshape},
    {"ScaleShift", MakeScaleShift},
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
    {"Transpose", MakeTranspose},
    {"Unary", MakeUnary},
    {"Unsqueeze", MakeReshape},
    {"VariadicSplit", MakeSplit},
};

}  // namespace

KernelFactory FindKernelFactory(std::string_view op) {
  const auto found = std::lower_bound(std::begin(kTable), std::end(kTable), op,
                                      [](const Entry& entry, std::string_view name) { return entry.op < name; });
  return found != std::end(kTable) && found->op == op ? found->factory : nullptr;
}

std::vector<std::string_view> KernelOps() {
  std::vector<std::string_view> ops;
  for (const Entry& entry : kTable) ops.push_back(entry.op);
  return ops;
}

}  // namespace moir::runtime

// One factory per pass, in alphabetical order. pipeline.cpp holds the order in which they run.
//
// Words used in names: a *linear* node multiplies data with constant weights (Convolution, GroupConvolution, their
// BackpropData forms, MatMul with a constant second input); an *affine* node is y = x * s + t with constants (Add,
// Subtract, Multiply, Divide by a constant). "fuse-a-b" fuses an a whose result a b reads.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "graph/pass.h"
#include "transforms/fusing_filter.h"

namespace moir::transforms {

using namespace graph;

// What the user wants to happen to an input before the model sees it: x -> reversed channels -> (x - mean) / scale.
// The numbers are in the order of the channels that the model was trained with.
struct InputPreprocess {
  std::string input;          // name of the Parameter
  std::vector<double> mean;   // empty, one for all channels, or one per channel
  std::vector<double> scale;  // the same; divides
  bool reverse_channels = false;
  int64_t channel_axis = 1;
  graph::Tensor mean_image;  // f64, of the Parameter's shape without the first axis; undefined: none. Excludes `mean`
};
// An input or output whose axes come in another order outside of the model than inside.
struct LayoutChange {
  std::string name;  // of a Parameter, or of an output of the graph
  bool is_output = false;
  // Of an input, the model's data is Transpose(what is fed, order); of an output, what is delivered is
  // Transpose(the model's data, order).
  std::vector<int64_t> order;
};
// `values` (mean or scale) in the order of the Parameter's channels, for a pre-processing that runs before the graph.
std::vector<double> InParameterOrder(const InputPreprocess& preprocess, const std::vector<double>& values);

// The steps of `preprocess` as nodes behind the Parameters. Throws kBadOption for unknown inputs and wrong counts.
// With `means_outside` the means are left to whoever feeds the model (the IR's <pre-process> section).
std::unique_ptr<Pass> MakeApplyInputPreprocessing(std::vector<InputPreprocess> preprocess, bool means_outside = false);
// Transpose nodes behind the Parameters, which get the shape of what is fed, and before the outputs, which keep their
// names. Throws kInternal for names and orders that do not fit.
std::unique_ptr<Pass> MakeApplyLayouts(std::vector<LayoutChange> changes);
std::unique_ptr<Pass> MakeConvertMinMaxToClamp();
std::unique_ptr<Pass> MakeDecomposeBatchNorm();
std::unique_ptr<Pass> MakeEliminateCommonSubexpressions();
std::unique_ptr<Pass> MakeEliminateDeadCode();
std::unique_ptr<Pass> MakeEliminateIdentities();
// `keep_operators`: names of operators that stay although their value is known (a target may have layers for them).
std::unique_ptr<Pass> MakeFoldConstants(std::set<std::string> keep_operators = {});
// What follows from constants and settled shapes becomes a constant; for legalized graphs.
std::unique_ptr<Pass> MakeFoldShapeConstants();
// scale_first: also turns Add + Multiply into Multiply + Add.
std::unique_ptr<Pass> MakeFuseAffineAffine(FusingFilter filter = {}, bool scale_first = false);
std::unique_ptr<Pass> MakeFuseAffineLinear(FusingFilter filter = {});
std::unique_ptr<Pass> MakeFuseGroupedConvolutions(FusingFilter filter = {});
std::unique_ptr<Pass> MakeFuseLinearAffine(FusingFilter filter = {});
std::unique_ptr<Pass> MakeFusePadWindow(FusingFilter filter = {});
std::unique_ptr<Pass> MakeFuseReverseChannels();
std::unique_ptr<Pass> MakeFuseTransposeMatMul();
std::unique_ptr<Pass> MakeMoveAffineToLinear(FusingFilter filter = {});
// Layers get the names of the outputs that they yield; where that cannot be, an identity layer of the name is added.
// kLayer: a layer of IR v2 to v4.
enum class OutputIdentity { kLayer, kReshape };
std::unique_ptr<Pass> MakeNameOutputLayers(OutputIdentity identity);
std::unique_ptr<Pass> MakeNormalizeConstantOperands();
std::unique_ptr<Pass> MakeOptimizeResidualStrides(FusingFilter filter = {});

}  // namespace moir::transforms

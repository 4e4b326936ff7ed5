// A plug-in to start from: the layer of a private MXNet, as one file. docs/extending.md quotes it part by part.
//
//   SoftThreshold: y = sign(x) * max(|x| - threshold[c], 0), c the index along axis 1
//
// MXNet's side has the operator SoftThreshold (data [N,C,...], threshold [C]; attribute slope, by default 1, with which
// the result is multiplied), and the same in Python: Custom with op_type soft_threshold.

// [head]
#include <algorithm>
#include <cmath>
#include <vector>

#include "extension.h"

using namespace moir::extension;
// [/head]

namespace {

// [schema]
// Attributes with their defaults, inputs, and the shape of the output. The numbers of a node are checked here, so that
// nothing below meets a wrong one.
void Infer(InferContext& op) {
  const Shape data = op.InputShape(0), threshold = op.InputShape(1);
  Require(op.InputType(0) == Type::kF32 && op.InputType(1) == Type::kF32, "expected data and threshold in f32");
  Require(data.size() >= 2, "data of shape ", ToString(data), ": expected [N,C,...]");
  Require(threshold == Shape{data[1]}, "threshold of shape ", ToString(threshold), ": expected [", data[1],
          "], one number per channel");
  op.SetOutput(0, Type::kF32, data);
}
// [/schema]

// [evaluation]
// What the operator means, in plain loops. This folds constants and is what mo --verify compares everything with.
float SoftThreshold(float x, float threshold, float slope) {
  return slope * std::copysign(std::max(std::fabs(x) - threshold, 0.0f), x);
}

void Evaluate(EvalContext& op) {
  const Shape shape = op.InputShape(0);
  const int64_t channels = shape[1];
  const int64_t rows = shape[0] * channels;
  const int64_t size = NumElements(Shape(shape.begin() + 2, shape.end()));
  const float* data = op.Input<float>(0);
  const float* threshold = op.Input<float>(1);
  const auto slope = op.Attr<float>("slope");
  float* result = op.Output<float>();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = row * size; i < (row + 1) * size; ++i)
      result[i] = SoftThreshold(data[i], threshold[row % channels], slope);
  }
}
// [/evaluation]

// [kernel]
// A faster kernel, made once per layer: constants can be packed here. This one takes the rows in several threads.
Kernel MakeKernel(KernelContext& op) {
  const std::optional<Tensor> threshold = op.Constant(1);
  if (!threshold) return {};  // declined: the plain evaluation runs
  const Shape shape = op.InputShape(0);
  const int64_t channels = shape[1];
  const int64_t rows = shape[0] * channels;
  const int64_t size = NumElements(Shape(shape.begin() + 2, shape.end()));
  const std::vector<float> thresholds(threshold->Data<float>(), threshold->Data<float>() + channels);
  op.SkipInput(1);
  return [=, slope = op.Attr<float>("slope")](EvalContext& run) {
    const float* data = run.Input<float>(0);
    float* result = run.Output<float>();
    run.ParallelFor(rows, 1 + 4096 / std::max<int64_t>(size, 1), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const float limit = thresholds[static_cast<size_t>(row % channels)];
        for (int64_t i = row * size; i < (row + 1) * size; ++i) result[i] = SoftThreshold(data[i], limit, slope);
      }
    });
  };
}
// [/kernel]

// [converter]
// MXNet's node becomes the operator. MXNet's defaults stand beside the names; an attribute that is not asked for is an
// error, because it might have mattered.
void Convert(Converter& node) {
  const Value data = node.Input(0);
  const Shape shape = node.Shape(data);
  Require(shape.size() >= 2, "data of shape ", ToString(shape), ": expected [N,C,...]");
  const Value threshold = node.InputAs(1, {shape[1]});
  node.Output(node.Add("SoftThreshold", {data, threshold}, {{"slope", node.Double("slope", 1.0)}}));
}
// [/converter]

// [pass]
// SoftThreshold(SoftThreshold(x, a), b) => SoftThreshold(x, a + b) with constant a, b >= 0 and both slopes 1.
bool Merge(Rewrite& outer) {
  const MoirNode inner = outer.Producer(outer.Input(0));
  if (outer.OpOf(inner) != "SoftThreshold" || outer.ReaderCount(outer.Input(0)) != 1) return false;
  if (outer.Attr<double>("slope") != 1 || outer.AttrOf<double>(inner, "slope") != 1) return false;
  const auto a = outer.Known(outer.InputOf(inner, 1)), b = outer.Known(outer.Input(1));
  if (!a || !b) return false;
  std::vector<float> sum;
  for (int64_t c = 0; c < a->Size(); ++c) {
    const float x = a->Data<float>()[c], y = b->Data<float>()[c];
    if (!(x >= 0 && y >= 0)) return false;
    sum.push_back(x + y);
  }
  const Value threshold = outer.Constant(a->shape, sum, "threshold");
  outer.Replace(outer.Add("SoftThreshold", {outer.InputOf(inner, 0), threshold}));
  return true;
}
// [/pass]

}  // namespace

// [entry]
MOIR_EXTENSION(extension) {
  extension.SetName("template_layer", "1.0");
  extension.Operator("SoftThreshold")
      .Input("data")
      .Input("threshold")
      .Attribute("slope", 1.0)
      .Infer(Infer)
      .Evaluate(Evaluate)
      .Kernel(MakeKernel);
  extension.Converter("SoftThreshold", Convert, "dw");
  extension.CustomConverter("soft_threshold", Convert, "dw");
  extension.Pass("merge-soft-thresholds", "after:fold-constants", "SoftThreshold", Merge);
}
// [/entry]

// A node whose inputs are constants, or that looks at shapes only, becomes the constant that it computes.
//
// Declined: outputs of the model, results much larger than what they are made of (a Broadcast or Tile of a large
// tensor costs file and memory, not time), operators that the caller keeps. Large weights stay where they are as
// long as that is possible: Reshape, Squeeze and Unsqueeze give another view of the same bytes, a scale along one
// axis becomes outstanding factors (Tensor::Scaled).
#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/evaluate.h"
#include "graph/op_schema.h"
#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

constexpr int64_t kSmall = 1 << 16;  // elements that never matter

bool IsView(const Node& node) { return node.Is("Reshape") || node.Is("Squeeze") || node.Is("Unsqueeze"); }

// large * small or large / small, small along one axis of large, without touching large.
std::optional<Tensor> ScaleLazily(const Node& node) {
  const bool divides = node.Is("Divide");
  if ((!divides && !node.Is("Multiply")) || node.Type() != ElementType::kF32) return std::nullopt;
  const bool second_is_large = node.Input(1).Shape().NumElements() > node.Input(0).Shape().NumElements();
  if (divides && second_is_large) return std::nullopt;
  const Tensor& large = *node.Input(second_is_large ? 1 : 0).Constant();
  const Tensor& small = *node.Input(second_is_large ? 0 : 1).Constant();
  if (large.NumElements() <= kSmall || large.Shape() != node.Shape() || small.NumElements() > kSmall)
    return std::nullopt;
  for (int64_t axis = 0; axis < large.Shape().Rank(); ++axis) {
    const std::optional<std::vector<double>> values = AlongAxis(small, large.Shape(), axis);
    if (!values) continue;
    std::vector<float> factors;
    for (const double value : *values) factors.push_back(static_cast<float>(divides ? 1 / value : value));
    for (const float factor : factors) {
      if (!(std::abs(factor) <= std::numeric_limits<float>::max())) return std::nullopt;
    }
    return large.Scaled(axis, std::move(factors));
  }
  return std::nullopt;
}

class FoldConstants final : public NodePass {
 public:
  explicit FoldConstants(std::set<std::string> keep_operators) : keep_operators_(std::move(keep_operators)) {}
  std::string_view Name() const override { return "fold-constants"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const OpSchema& schema = node.Schema();
    if (node.Is("Constant") || node.Is("Parameter") || node.InputCount() == 0) return {};
    int64_t consumed = 0, produced = 0;
    if (!schema.reads_shape_only) {
      for (const Value& input : node.Inputs()) {
        const Tensor* constant = input.Constant();
        if (!constant) return {};
        consumed += constant->NumElements();
      }
    }
    if (keep_operators_.contains(node.Op())) return Declined("the target keeps ", node.Op());
    for (size_t i = 0; i < node.OutputCount(); ++i) {
      if (node.Output(i).IsGraphOutput()) return Declined("it is an output of the model");
      produced += node.Shape(i).NumElements();
    }
    if (!schema.evaluate) return Declined("operator ", node.Op(), " has no plain evaluation");
    if (produced > kSmall && produced > 2 * consumed)
      return Declined("the result has ", produced, " elements, its inputs ", consumed);

    std::vector<Tensor> results;
    if (IsView(node)) {
      results = {node.Input(0).Constant()->Reshaped(node.Shape())};
    } else if (std::optional<Tensor> scaled = schema.reads_shape_only ? std::nullopt : ScaleLazily(node)) {
      results = {std::move(*scaled)};
    } else {
      // Copies: what evaluation multiplies out goes away with them.
      std::vector<Tensor> inputs;
      for (const Value& input : node.Inputs()) {
        inputs.push_back(schema.reads_shape_only ? Tensor::Wrap(nullptr, input.Type(), input.Shape())
                                                 : *input.Constant());
      }
      results = EvaluateNode(node, inputs);
    }
    const std::string name = node.Name();
    std::vector<Value> constants;
    for (size_t i = 0; i < results.size(); ++i) {
      constants.push_back(rewriter.Constant(results.size() == 1 ? name : StrCat(name, ".", i), std::move(results[i])));
      rewriter.ReplaceValue(node.Output(i), constants.back());
    }
    rewriter.RemoveUnread(&node);
    for (const Value& constant : constants) {
      if (constant.ReaderCount() == 0) {
        rewriter.RemoveUnread(constant.node);
      } else if (constants.size() == 1 && !rewriter.GetGraph().FindNode(name)) {
        rewriter.GetGraph().Rename(constant.node, name);
      }
    }
    return Changed();
  }

 private:
  std::set<std::string> keep_operators_;
};

}  // namespace

std::unique_ptr<Pass> MakeFoldConstants(std::set<std::string> keep_operators) {
  return std::make_unique<FoldConstants>(std::move(keep_operators));
}

}  // namespace moir::transforms

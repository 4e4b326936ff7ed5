// A layer whose kernel can finish with a function of one element, followed by such a function (or by PRelu) that
// alone reads its result  =>  one layer with a post-op. What is left of these functions becomes layers "Unary".
#include <algorithm>
#include <set>

#include "ie_runtime/passes/passes.h"
#include "ie_runtime/techniques.h"

namespace moir::runtime {
namespace {

bool TakesPostOps(const Layer& layer) {
  static const std::set<std::string, std::less<>> kOps = {"Add",
                                                          "Convolution",
                                                          "ConvolutionBackpropData",
                                                          "GroupConvolution",
                                                          "GroupConvolutionBackpropData",
                                                          "MatMul",
                                                          "Multiply",
                                                          "ScaleShift",
                                                          "Subtract",
                                                          "Unary"};
  return kOps.contains(layer.op) && layer.post_ops.size() < 4;
}

// PRelu with one constant slope per channel.
bool IsChannelPRelu(const Plan& plan, const Layer& layer) {
  if (layer.op != "PRelu") return false;
  const PlanValue& slope = plan.Value(layer.inputs[1]);
  const PlanValue& data = plan.Value(layer.inputs[0]);
  return data.type == ElementType::kF32 && data.shape.Rank() >= 2 && slope.IsConstant() && slope.shape.Rank() == 1 &&
         slope.shape[0] == data.shape[1];
}

// Whether the kernel can finish with the function, too. oneDNN 2.6 knows one set of numbers per algorithm: a second
// post-op of a kind would compute with those of the first.
bool TakesFunction(const Layer& layer, const UnaryFunction& function) {
  return std::none_of(layer.post_ops.begin(), layer.post_ops.end(), [&](const PostOp& post_op) {
    return post_op.kind == PostOp::Kind::kUnary && post_op.function.kind == function.kind &&
           post_op.function != function;
  });
}

// b * (a x + c) + d is one function when the last post-op is a x + c.
bool JoinLinear(Layer& layer, const UnaryFunction& function) {
  if (layer.post_ops.empty() || function.kind != UnaryKind::kLinear) return false;
  PostOp& last = layer.post_ops.back();
  if (last.kind != PostOp::Kind::kUnary || last.function.kind != UnaryKind::kLinear) return false;
  last.function.beta = function.alpha * last.function.beta + function.beta;
  last.function.alpha *= function.alpha;
  return true;
}

}  // namespace

void FuseUnary(Plan& plan) {
  for (const auto& layer : plan.layers) {
    PostOp post_op{PostOp::Kind::kUnary};
    ValueId data = kNoValue;
    if (layer->node && layer->post_ops.empty() && layer->op == layer->node->Op()) {
      if (const auto match = MatchUnary(*layer->node); match && match->data_input < layer->inputs.size()) {
        post_op.function = match->function;
        data = layer->inputs[match->data_input];
      } else if (IsChannelPRelu(plan, *layer)) {
        post_op.kind = PostOp::Kind::kPRelu;
        data = layer->inputs[0];
      }
    }
    if (data == kNoValue) continue;
    Layer* producer = plan.Producer(data);
    // The channels of a MatMul's result are its last axis, those of a PRelu's axis 1.
    const bool other_axis = producer && producer->op == "MatMul" && post_op.kind == PostOp::Kind::kPRelu &&
                            plan.Value(data).shape.Rank() != 2;
    const bool fits = Uses(Technique::kFuseUnary) && producer && TakesPostOps(*producer) && !other_axis &&
                      plan.HasOneReader(data) && plan.Value(data).type == ElementType::kF32;
    const bool joined = fits && post_op.kind == PostOp::Kind::kUnary && JoinLinear(*producer, post_op.function);
    if (joined || (fits && (post_op.kind == PostOp::Kind::kPRelu || TakesFunction(*producer, post_op.function)))) {
      if (post_op.kind == PostOp::Kind::kPRelu) {
        post_op.input = producer->inputs.size();
        std::vector<ValueId> read = producer->inputs;
        read.push_back(layer->inputs[1]);
        plan.SetInputs(*producer, std::move(read));
      }
      if (!joined) producer->post_ops.push_back(post_op);
      const ValueId result = layer->outputs[0], before = producer->outputs[0];
      plan.SetOutput(*producer, 0, result);
      plan.SetOutput(*layer, 0, before);
      producer->fused.push_back(layer->name);
      plan.SetInputs(*layer, {});
      layer->op = "Removed";
    } else if (post_op.kind == PostOp::Kind::kUnary) {
      layer->op = "Unary";
      layer->function = post_op.function;
      plan.SetInputs(*layer, {data});
    }
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime

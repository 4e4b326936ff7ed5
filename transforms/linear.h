// Linear nodes: data times constant weights, with one input axis and one output axis of channels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/rewriter.h"

namespace moir::transforms {

using namespace graph;

// Convolution, GroupConvolution, ConvolutionBackpropData, GroupConvolutionBackpropData or MatMul whose second input
// is a constant of floating-point numbers. Weights are scaled by outstanding factors (Tensor::Scaled), so that mapped
// ones are neither read nor copied here; the constant itself, which others may share, stays as it is.
class Linear {
 public:
  // Nothing, with the reason in `why`, when the node is not linear; `why` stays empty when the operator is none of
  // them.
  static std::optional<Linear> Match(Node* node, std::string* why = nullptr);

  Node& GetNode() const { return *node_; }
  const Tensor& Weights() const { return node_->Input(1).node->ConstantValue(); }
  // Axis of channels in the data and in the result.
  int64_t InputAxis() const { return input_axis_; }
  int64_t OutputAxis() const { return output_axis_; }
  int64_t InputChannels() const { return groups_ * inputs_; }
  int64_t OutputChannels() const { return groups_ * outputs_; }
  int64_t Groups() const { return groups_; }
  int64_t InputsPerGroup() const { return inputs_; }
  // Whether every element of the result is a sum over all weights of its channel: no padding, no transposed form.
  bool SeesWholeKernelEverywhere() const { return whole_kernel_; }

  // The weights that make the result `factors` times larger per output channel, or accept data that are `factors`
  // times smaller per input channel. Nothing when a factor is no finite number in the weights' arithmetic.
  std::optional<Tensor> ScaleOutputs(const std::vector<double>& factors) const;
  std::optional<Tensor> ScaleInputs(const std::vector<double>& factors) const;
  // What every element of an output channel is when the data are `values` per input channel. Reads the weights once,
  // in pieces. Only when SeesWholeKernelEverywhere().
  std::vector<double> ApplyToConstant(const std::vector<double>& values) const;

  // A new node with the same attributes on other data and weights, named after this one.
  Node* Rebuild(Rewriter& rewriter, Value data, const Tensor& weights) const;

 private:
  enum class Layout { kOutputsFirst, kInputsFirst };  // [G*O, I, K] or [G*I, O, K], K the kernel's size
  explicit Linear(Node* node) : node_(node) {}

  Node* node_;
  Layout layout_ = Layout::kOutputsFirst;
  int64_t groups_ = 1, outputs_ = 0, inputs_ = 0, kernel_ = 1;
  int64_t input_axis_ = 1, output_axis_ = 1;
  bool whole_kernel_ = false;
};

// Gives `made` (and its weights) the names that the node `name` and its weights had, where these are free by now.
void TakeNames(Rewriter& rewriter, Node* made, const std::string& name, const std::string& weights_name);

}  // namespace moir::transforms

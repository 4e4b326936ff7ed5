#include "transforms/linear.h"

#include <algorithm>
#include <cmath>

#include "graph/error.h"

namespace moir::transforms {
namespace {

bool IsZero(const std::vector<int64_t>& values) {
  return std::all_of(values.begin(), values.end(), [](int64_t v) { return v == 0; });
}

// The factors as the numbers that Tensor::Scaled multiplies with.
std::optional<std::vector<float>> ToFactors(const std::vector<double>& factors, ElementType weights) {
  std::vector<float> result(factors.size());
  for (size_t i = 0; i < factors.size(); ++i) {
    result[i] = static_cast<float>(factors[i]);
    if (!std::isfinite(result[i])) return std::nullopt;
    // Weights in f64 would lose half of their digits to a rounded factor.
    if (weights == ElementType::kF64 && static_cast<double>(result[i]) != factors[i]) return std::nullopt;
  }
  return result;
}

}  // namespace

std::optional<Linear> Linear::Match(Node* node, std::string* why) {
  const auto decline = [&](const char* reason) -> std::optional<Linear> {
    if (why) *why = reason;
    return std::nullopt;
  };
  const bool forward = node->Is("Convolution"), grouped = node->Is("GroupConvolution");
  const bool backward = node->Is("ConvolutionBackpropData"),
             grouped_backward = node->Is("GroupConvolutionBackpropData");
  const bool matmul = node->Is("MatMul");
  if (!forward && !grouped && !backward && !grouped_backward && !matmul) return std::nullopt;
  const Tensor* weights = node->Input(1).Constant();
  if (!weights) return decline("the weights are no constant");
  if (!IsFloat(weights->Type())) return decline("the weights are no floating-point numbers");
  if (node->Input(0).Constant()) return decline("the data are a constant");
  if (node->InputCount() > 2) return decline("the output shape is an input");
  const Shape& shape = weights->Shape();
  Linear linear(node);
  if (matmul) {
    if (shape.Rank() != 2) return decline("the weights are no matrix");
    if (node->Attr<bool>("transpose_a")) return decline("the data are transposed");
    if (node->Input(0).Shape().Rank() < 2) return decline("the data are a vector");
    const bool transposed = node->Attr<bool>("transpose_b");
    linear.layout_ = transposed ? Layout::kOutputsFirst : Layout::kInputsFirst;
    linear.outputs_ = shape[transposed ? 0 : 1];
    linear.inputs_ = shape[transposed ? 1 : 0];
    linear.input_axis_ = node->Input(0).Shape().Rank() - 1;
    linear.output_axis_ = node->Shape().Rank() - 1;
    linear.whole_kernel_ = true;
    return linear;
  }
  const int64_t first = grouped || grouped_backward ? 1 : 0;
  const bool outputs_first = forward || grouped;
  linear.layout_ = outputs_first ? Layout::kOutputsFirst : Layout::kInputsFirst;
  linear.groups_ = first ? shape[0] : 1;
  linear.outputs_ = shape[first + (outputs_first ? 0 : 1)];
  linear.inputs_ = shape[first + (outputs_first ? 1 : 0)];
  linear.kernel_ = shape.NumElements(first + 2, shape.Rank());
  if (outputs_first) {
    const auto& auto_pad = node->Attr<std::string>("auto_pad");
    linear.whole_kernel_ =
        auto_pad == "valid" || (auto_pad == "explicit" && IsZero(node->Attr<std::vector<int64_t>>("pads_begin")) &&
                                IsZero(node->Attr<std::vector<int64_t>>("pads_end")));
  }
  return linear;
}

std::optional<Tensor> Linear::ScaleOutputs(const std::vector<double>& factors) const {
  const Tensor& weights = Weights();
  auto floats = ToFactors(factors, weights.Type());
  if (!floats) return std::nullopt;
  if (layout_ == Layout::kOutputsFirst) {
    return weights.Reshaped({OutputChannels(), inputs_ * kernel_})
        .Scaled(0, std::move(*floats))
        .Reshaped(weights.Shape());
  }
  if (groups_ == 1) {
    return weights.Reshaped({inputs_, outputs_, kernel_}).Scaled(1, std::move(*floats)).Reshaped(weights.Shape());
  }
  // [G, I, O, K]: the factor depends on g and o with i between them, so it is repeated for every i.
  std::vector<float> repeated;
  repeated.reserve(static_cast<size_t>(groups_ * inputs_ * outputs_));
  for (int64_t g = 0; g < groups_; ++g) {
    for (int64_t i = 0; i < inputs_; ++i)
      repeated.insert(repeated.end(), floats->begin() + g * outputs_, floats->begin() + (g + 1) * outputs_);
  }
  return weights.Reshaped({groups_ * inputs_ * outputs_, kernel_})
      .Scaled(0, std::move(repeated))
      .Reshaped(weights.Shape());
}

std::optional<Tensor> Linear::ScaleInputs(const std::vector<double>& factors) const {
  const Tensor& weights = Weights();
  auto floats = ToFactors(factors, weights.Type());
  if (!floats) return std::nullopt;
  if (layout_ == Layout::kInputsFirst) {
    return weights.Reshaped({InputChannels(), outputs_ * kernel_})
        .Scaled(0, std::move(*floats))
        .Reshaped(weights.Shape());
  }
  if (groups_ == 1) {
    return weights.Reshaped({outputs_, inputs_, kernel_}).Scaled(1, std::move(*floats)).Reshaped(weights.Shape());
  }
  std::vector<float> repeated;
  repeated.reserve(static_cast<size_t>(groups_ * inputs_ * outputs_));
  for (int64_t g = 0; g < groups_; ++g) {
    for (int64_t o = 0; o < outputs_; ++o)
      repeated.insert(repeated.end(), floats->begin() + g * inputs_, floats->begin() + (g + 1) * inputs_);
  }
  return weights.Reshaped({groups_ * outputs_ * inputs_, kernel_})
      .Scaled(0, std::move(repeated))
      .Reshaped(weights.Shape());
}

std::vector<double> Linear::ApplyToConstant(const std::vector<double>& values) const {
  Check(whole_kernel_, "node \"", node_->Name(), "\": borders see a part of the kernel only");
  std::vector<double> sums(static_cast<size_t>(OutputChannels()), 0.0);
  const Tensor& weights = Weights();
  const bool outputs_first = layout_ == Layout::kOutputsFirst;
  const int64_t inner = outputs_first ? inputs_ : outputs_;
  int64_t position = 0;
  constexpr size_t kPiece = 1 << 20;
  DispatchType(weights.Type(), [&](auto tag) {
    using T = decltype(tag);
    weights.Stream(kPiece, [&](const std::byte* bytes, size_t size) {
      const T* elements = reinterpret_cast<const T*>(bytes);
      const auto count = static_cast<int64_t>(size / sizeof(T));
      int64_t done = 0;
      while (done < count) {
        // A run shares both channels: the rest of one kernel.
        const int64_t pair = (position + done) / kernel_;
        const int64_t run = std::min(kernel_ - (position + done) % kernel_, count - done);
        double sum = 0;
        for (int64_t i = 0; i < run; ++i) sum += ConvertElement<double, T>(elements[done + i]);
        const int64_t outer_channel = pair / inner, inner_channel = pair % inner;
        // Only MatMul comes with the inputs first here, and it has one group.
        const int64_t output = outputs_first ? outer_channel : inner_channel;
        const int64_t input = outputs_first ? outer_channel / outputs_ * inputs_ + inner_channel : outer_channel;
        sums[static_cast<size_t>(output)] += sum * values[static_cast<size_t>(input)];
        done += run;
      }
      position += count;
    });
  });
  return sums;
}

Node* Linear::Rebuild(Rewriter& rewriter, Value data, const Tensor& weights) const {
  const Value constant = rewriter.Constant(node_->Input(1).node->Name(), weights);
  return rewriter.AddNode(node_->Op(), node_->Name(), {data, constant}, node_->Attributes());
}

void TakeNames(Rewriter& rewriter, Node* made, const std::string& name, const std::string& weights_name) {
  graph::Graph& graph = rewriter.GetGraph();
  if (!graph.FindNode(name)) graph.Rename(made, name);
  Node* weights = made->Input(1).node;
  if (!graph.FindNode(weights_name)) graph.Rename(weights, weights_name);
}

}  // namespace moir::transforms

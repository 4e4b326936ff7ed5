#include "mo/mxnet/private_operators.h"

namespace moir::mo {
namespace {

struct Known {
  std::string_view pattern;  // a star at the end stands for any end
  std::string_view text;
};

constexpr std::string_view kBinary =
    "a layer of BMXNet, whose weights are packed signs; save the model before its conversion to binary weights and "
    "replace the layer by MXNet's in the network's code";
constexpr std::string_view kBinaryPlugin =
    "a layer of BMXNet, which the plug-in binary_layers.so of moir's extensions converts: --extensions "
    "binary_layers.so";
constexpr std::string_view kPython = "Python code of the training program, which the file does not hold";
constexpr std::string_view kMargin =
    "a loss with margins of a fork, for training; cut the graph at its data with --output";
constexpr std::string_view kPlugin =
    "a layer of another framework, called through a plug-in; write it with MXNet's operators";
constexpr std::string_view kFcis =
    "an operator of the fork for fully convolutional instance segmentation (FCIS); cut the graph before it with "
    "--output";
constexpr std::string_view kPartition =
    "a part of the graph that MXNet handed to another library when it was bound; save the symbol before that";

constexpr std::string_view kFifo =
    "a buffer, unknown to MXNet 1.9.1, that keeps values from one inference to the next, which an IR cannot; give the "
    "buffer to the "
    "model as an input: --input NAME --input_shape SHAPE";

constexpr std::string_view kQuantizedRecurrent =
    "8-bit recurrent layers; quantize the model again with the layer among excluded_sym_names";

// The first pattern that fits is taken.
constexpr Known kKnown[] = {
    {"QActivation", kBinaryPlugin},
    {"QConvolution", kBinaryPlugin},
    {"QFullyConnected", kBinaryPlugin},
    {"QConvolution*", kBinary},
    {"QFullyConnected*", kBinary},
    {"BinaryConvolution", kBinary},
    {"BinaryInferenceConvolution", kBinary},
    {"BinaryInferenceFullyConnected", kBinary},
    {"BinaryFullyConnected", kBinary},
    {"_NDArray", kPython},
    {"_Native", kPython},
    {"_CustomFunction", kPython},
    {"AmSoftmax", kMargin},
    {"ASoftmax", kMargin},
    {"MarginInnerProduct*", kMargin},
    {"CaffeOp", kPlugin},
    {"CaffeLoss", kPlugin},
    {"TorchModule", kPlugin},
    {"TorchCriterion", kPlugin},
    {"_contrib_ChannelOperator", kFcis},
    {"ChannelOperator", kFcis},
    {"_contrib_fifo_buffer", kFifo},
    {"_contrib_quantized_fifo_buffer", kFifo},
    {"_TensorRT", kPartition},
    {"_ngraph_subgraph_op", kPartition},
    {"_sg_mkldnn_*",
     "an operator of MXNet's graphs for oneDNN; convert the symbol that was saved before "
     "get_backend_symbol or quantization"},
    {"_contrib_quantized_rnn", kQuantizedRecurrent},
    {"_contrib_quantize_asym", kQuantizedRecurrent},
    {"_FusedOp*", "operators that MXNet fused for a GPU; save the symbol with MXNET_USE_FUSION=0"},
    {"_CachedOp*", "a Gluon network inside the graph; export the whole network with HybridBlock.export"},
    {"_backward_*", "a gradient: the file holds a graph for training; save the symbol of the network itself"},
};

}  // namespace

std::string_view KnownOfPrivateOperator(std::string_view op) {
  for (const Known& known : kKnown) {
    const bool any_end = known.pattern.ends_with('*');
    if (any_end ? op.starts_with(known.pattern.substr(0, known.pattern.size() - 1)) : op == known.pattern)
      return known.text;
  }
  return {};
}

}  // namespace moir::mo

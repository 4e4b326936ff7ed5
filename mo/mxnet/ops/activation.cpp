// Activation: one function chosen by act_type.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertActivation(NodeConverter& node) {
  node.RequireInputs(1);
  const std::string type =
      node.Attrs().OneOf("act_type", {"relu", "sigmoid", "log_sigmoid", "mish", "softrelu", "softsign", "tanh"});
  const Value data = node.Input(0);
  if (type == "log_sigmoid") {
    // log(1 / (1 + exp(-x))) = -log(1 + exp(-x))
    node.Output(node.Add("Negative", {node.Add("SoftPlus", {node.Add("Negative", {data})})}));
  } else if (type == "mish") {
    node.Output(node.Add("Multiply", {data, node.Add("Tanh", {node.Add("SoftPlus", {data})})}));
  } else {
    const char* op = type == "relu"       ? "ReLU"
                     : type == "sigmoid"  ? "Sigmoid"
                     : type == "softrelu" ? "SoftPlus"
                     : type == "softsign" ? "SoftSign"
                                          : "Tanh";
    node.Output(node.Add(op, {data}));
  }
}

}  // namespace moir::mo

// Private loss heads: what remains of them at inference. Training programs end in operators of their own forks and in
// Python code (Custom), whose forward pass hands on its data or takes the softmax of it; the label is not read.
//
//   TripletLossOutput; Custom: triplet_loss          data as it is
//   FocalSoftmaxOutput; Custom: focal_softmax        softmax, over the classes as SoftmaxOutput takes it
//
// The names are those of one training program. Read what forward() of yours returns, then add it as one more line in
// MOIR_EXTENSION.
#include "extension.h"

using namespace moir::extension;

namespace {

// Attributes matter while training only: weights of the loss, the number that marks ignored labels.
void HandOn(Converter& node) {
  node.AllAttributes();
  node.Note("a loss for training, its data is handed on");
  node.Output(node.Input(0));
}

// SoftmaxOutput's rule: classes lie along axis 1 with multi_output, else everything but the first axis is one row.
void TakeSoftmax(Converter& node) {
  const bool multi_output = node.Bool("multi_output", false), preserve_shape = node.Bool("preserve_shape", false);
  node.AllAttributes();
  const Value data = node.Input(0);
  const Shape shape = node.Shape(data);
  Require(shape.size() >= 2, "data of shape ", ToString(shape), ": expected [N,C,...]");
  node.Note("a loss for training became Softmax");
  if (multi_output || preserve_shape || shape.size() == 2) {
    const int64_t axis = preserve_shape && !multi_output ? static_cast<int64_t>(shape.size()) - 1 : 1;
    node.Output(node.Add("Softmax", {data}, {{"axis", axis}}));
    return;
  }
  const Value rows =
      node.Add("Reshape", {data, node.Constant<int64_t>({2}, {0, -1}, "rows")}, {{"special_zero", true}}, "flat");
  const Value softmax = node.Add("Softmax", {rows}, {{"axis", int64_t{1}}}, "softmax");
  node.Output(node.Add("Reshape",
                       {softmax, node.Constant<int64_t>({static_cast<int64_t>(shape.size())}, shape, "shape")},
                       {{"special_zero", false}}));
}

}  // namespace

MOIR_EXTENSION(extension) {
  extension.SetName("private_losses", "1.0");
  extension.Converter("TripletLossOutput", HandOn, "dl");
  extension.CustomConverter("triplet_loss", HandOn, "dl");
  extension.Converter("FocalSoftmaxOutput", TakeSoftmax, "dl");
  extension.CustomConverter("focal_softmax", TakeSoftmax, "dl");
}

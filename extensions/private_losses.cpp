// Private loss heads: what remains of them at inference. Training programs end in operators of their own forks and in
// Python code (Custom), whose forward pass hands on its data or takes the softmax of it; the label is not read.
//
//   MarginInnerProductOutput, CenterLossOutput, FocalLoss, _contrib_FocalLoss    data as it is
//   Custom: focal_loss, center_loss, triplet_loss, contrastive_loss              data as it is
//   FocalSoftmaxOutput, WeightedSoftmaxOutput, Custom: focal_softmax, weighted_softmax    softmax along `axis`
//
// Another head is one more line in MOIR_EXTENSION.
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
  const Value rows = node.Add("Reshape", {data, node.Constant<int64_t>({2}, {0, -1}, "rows")},
                              {{"special_zero", true}}, "flat");
  const Value softmax = node.Add("Softmax", {rows}, {{"axis", int64_t{1}}}, "softmax");
  node.Output(node.Add("Reshape", {softmax, node.Constant<int64_t>({static_cast<int64_t>(shape.size())}, shape, "shape")},
                       {{"special_zero", false}}));
}

}  // namespace

MOIR_EXTENSION(extension) {
  extension.SetName("private_losses", "1.0");
  for (const char* op : {"MarginInnerProductOutput", "CenterLossOutput", "FocalLoss", "_contrib_FocalLoss"})
    extension.Converter(op, HandOn, "dl");
  for (const char* op_type : {"focal_loss", "center_loss", "triplet_loss", "contrastive_loss"})
    extension.CustomConverter(op_type, HandOn, "dl");
  for (const char* op : {"FocalSoftmaxOutput", "WeightedSoftmaxOutput"}) extension.Converter(op, TakeSoftmax, "dl");
  for (const char* op_type : {"focal_softmax", "weighted_softmax"})
    extension.CustomConverter(op_type, TakeSoftmax, "dl");
}

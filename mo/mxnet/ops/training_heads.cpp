// Operators that are the identity at inference: copies, Dropout, gradients' stops, and training heads whose forward
// pass gives their data. LogisticRegressionOutput gives the sigmoid of its data.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

void NoteHead(NodeConverter& node, std::string_view became) {
  node.Note(StrCat("training head \"", node.Name(), "\" (", node.Op(), ") became ", became));
}

}  // namespace

void ConvertIdentity(NodeConverter& node) {
  if (node.Op() == "_contrib_gradientmultiplier") node.Attrs().Ignore({"scalar"});
  node.Output(node.Input(0));
}

void ConvertDropout(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  attrs.Ignore({"p", "axes"});
  if (attrs.OneOf("mode", "training", {"training", "always"}) == "always") {
    node.Note(StrCat("node \"", node.Name(),
                     "\" (Dropout) has mode=always: MXNet drops at inference as well, moir makes it the identity"));
  }
  node.Output(node.Input(0));
}

void ConvertTraining(NodeConverter& node) {
  // MoonOutput's table of class distributions is for its gradient.
  node.Attrs().Ignore({"src_dist_path"});
  node.Output(node.Input(0));
  NoteHead(node, "the identity");
}

void ConvertMakeLoss(NodeConverter& node) {
  node.Output(node.Input(0));
  NoteHead(node, "the identity");
}

void ConvertLogisticRegressionOutput(NodeConverter& node) {
  node.Output(node.Add("Sigmoid", {node.Input(0)}));
  NoteHead(node, "Sigmoid");
}

}  // namespace moir::mo

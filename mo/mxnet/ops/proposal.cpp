// Regions of interest from a region proposal network. Proposal takes one picture, MultiProposal a batch; their scores
// are visible with output_score only.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertProposal(NodeConverter& node) {
  node.RequireInputs(3);
  const auto& attrs = node.Attrs();
  const std::vector<double> scales = attrs.Doubles("scales", {4, 8, 16, 32}),
                            ratios = attrs.Doubles("ratios", {0.5, 1, 2});
  const int64_t post = attrs.Int("rpn_post_nms_top_n", 300), stride = attrs.Int("feature_stride", 16);
  const bool output_score = attrs.Bool("output_score", false);
  if (post < 1) attrs.Refuse("rpn_post_nms_top_n", "a positive number");
  if (stride < 1) attrs.Refuse("feature_stride", "a positive number");
  const Value scores = node.Input(0);
  if (node.Op() == "_contrib_Proposal") {
    node.Require(scores.Shape().Rank() == 4 && scores.Shape()[0] == 1, "cls_prob of shape ", scores.Shape(),
                 ": expected [1,C,H,W]; _contrib_MultiProposal takes a batch");
  }
  const graph::Attributes attributes = {{"rpn_pre_nms_top_n", attrs.Int("rpn_pre_nms_top_n", 6000)},
                                        {"rpn_post_nms_top_n", post},
                                        {"threshold", attrs.Double("threshold", 0.7)},
                                        {"rpn_min_size", attrs.Int("rpn_min_size", 16)},
                                        {"scales", scales},
                                        {"ratios", ratios},
                                        {"feature_stride", stride},
                                        {"iou_loss", attrs.Bool("iou_loss", false)}};
  graph::Node* proposal = node.AddNode("MultiProposal", {scores, node.Input(1), node.Input(2)}, attributes);
  node.Output(0, proposal->Output(0));
  if (output_score) node.Output(1, proposal->Output(1));
}

}  // namespace moir::mo

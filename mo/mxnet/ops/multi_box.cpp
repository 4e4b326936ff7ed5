// SSD's anchors and detections: operators of our own set that mean what MXNet's do.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {

void ConvertMultiBoxPrior(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const std::vector<double> sizes = attrs.Doubles("sizes", {1.0}), ratios = attrs.Doubles("ratios", {1.0});
  const std::vector<double> steps = attrs.Doubles("steps", {-1.0, -1.0}),
                            offsets = attrs.Doubles("offsets", {0.5, 0.5});
  const bool clip = attrs.Bool("clip", false);
  node.Output(node.Add("MultiBoxPrior", {node.Input(0)},
                       {{"sizes", sizes}, {"ratios", ratios}, {"steps", steps}, {"offsets", offsets}, {"clip", clip}}));
}

void ConvertMultiBoxDetection(NodeConverter& node) {
  node.RequireInputs(3);
  const auto& attrs = node.Attrs();
  const std::vector<double> variances = attrs.Doubles("variances", {0.1, 0.1, 0.2, 0.2});
  const graph::Attributes attributes = {{"clip", attrs.Bool("clip", true)},
                                        {"threshold", attrs.Double("threshold", 0.01)},
                                        {"background_id", attrs.Int("background_id", 0)},
                                        {"nms_threshold", attrs.Double("nms_threshold", 0.5)},
                                        {"force_suppress", attrs.Bool("force_suppress", false)},
                                        {"variances", variances},
                                        {"nms_topk", attrs.Int("nms_topk", -1)}};
  node.Output(node.Add("MultiBoxDetection", {node.Input(0), node.Input(1), node.Input(2)}, attributes));
}

}  // namespace moir::mo

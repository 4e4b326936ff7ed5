// Custom: an operator written in Python and named by the attribute op_type. The file does not hold the code, so only
// operators that many projects share and whose meaning is certain are known:
//
//   proposal  the regions of Faster R-CNN networks in Python; MXNet's own _contrib_Proposal was written after it. Where
//             fewer boxes are left than rpn_post_nms_top_n, Python repeats random ones; _contrib_Proposal repeats them
//             in order, after the boxes smaller than rpn_min_size.
//   softmax   MXNet's example of such an operator: softmax of [N,C] data; the label is for its gradient
//   monitor   prints its input and hands it on
//
// The targets of detectors' training are known, too, so that they can be left out.
#include <algorithm>
#include <cmath>

#include "mo/mxnet/extension_converters.h"
#include "mo/mxnet/op_table.h"
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

struct AnchorSides {
  double width, height;
  bool operator==(const AnchorSides&) const = default;
};

// The sides of an anchor of scale 1: the Python code rounds halves to even and the area not at all.
AnchorSides SidesInPython(double area, double ratio) {
  const double width = std::nearbyint(std::sqrt(area / ratio));
  return {width, std::nearbyint(width * ratio)};
}

// MXNet's own operator, in f32.
AnchorSides SidesInMxnet(double area, double ratio) {
  const float shrunk = std::floor(static_cast<float>(area) / static_cast<float>(ratio));
  const float width = std::floor(std::sqrt(shrunk) + 0.5f);
  return {width, std::floor(width * static_cast<float>(ratio) + 0.5f)};
}

void ConvertProposalInPython(NodeConverter& node) {
  node.RequireInputs(3);
  const auto& attrs = node.Attrs();
  attrs.Ignore({"op_type"});
  if (attrs.Has("is_train")) {
    node.Unsupported(
        "attribute is_train: this form of op_type \"proposal\" takes its limits from the training program, which the "
        "file does not hold; replace is_train in the file by rpn_pre_nms_top_n, rpn_post_nms_top_n, threshold and "
        "rpn_min_size with that program's values for testing");
  }
  const std::vector<double> scales = attrs.Doubles("scales", {8, 16, 32}),
                            ratios = attrs.Doubles("ratios", {0.5, 1, 2});
  const int64_t stride = attrs.Int("feat_stride", 16), post = attrs.Int("rpn_post_nms_top_n", 300);
  const bool output_score = attrs.Bool("output_score", false);
  if (post < 1) attrs.Refuse("rpn_post_nms_top_n", "a positive number");
  if (stride < 1 || stride > (1 << 20)) attrs.Refuse("feat_stride", "a positive number of pixels");
  const double area = static_cast<double>(stride) * static_cast<double>(stride);
  for (const double ratio : ratios) {
    if (!(ratio > 0)) attrs.Refuse("ratios", "positive numbers");
    if (SidesInPython(area, ratio) != SidesInMxnet(area, ratio)) {
      node.Unsupported("attribute ratios: the ratio ", ratio, " with feat_stride ", stride,
                       " makes an anchor that Python and MXNet's own Proposal round differently; cut the graph before "
                       "this node with --output and compute the regions in the application");
    }
  }
  const Value scores = node.Input(0);
  node.Require(scores.Shape().Rank() == 4 && scores.Shape()[0] == 1, "cls_prob of shape ", scores.Shape(),
               ": expected [1,C,H,W]; op_type \"proposal\" takes one picture");
  graph::Node* proposal = node.AddNode("MultiProposal", {scores, node.Input(1), node.Input(2)},
                                       {{"rpn_pre_nms_top_n", attrs.Int("rpn_pre_nms_top_n", 6000)},
                                        {"rpn_post_nms_top_n", post},
                                        {"threshold", attrs.Double("threshold", 0.3)},
                                        {"rpn_min_size", attrs.Int("rpn_min_size", 16)},
                                        {"scales", scales},
                                        {"ratios", ratios},
                                        {"feature_stride", stride}});
  node.Output(0, proposal->Output(0));
  if (output_score) node.Output(1, proposal->Output(1));
  node.Note(StrCat("node \"", node.Name(),
                   "\" (Custom, op_type proposal) became MXNet's own Proposal; where fewer than ", post,
                   " regions are left, the Python code repeats random ones"));
}

void ConvertSoftmaxInPython(NodeConverter& node) {
  node.RequireInputs(1, 2);
  node.Attrs().Ignore({"op_type"});
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 2, "data of shape ", data.Shape(), ": expected [N,C] for op_type \"softmax\"");
  node.Output(node.Add("Softmax", {data}, {{"axis", int64_t{1}}}));
  node.Note(StrCat("training head \"", node.Name(), "\" (Custom, op_type softmax) became Softmax"));
}

void ConvertMonitor(NodeConverter& node) {
  node.RequireInputs(1);
  node.Attrs().Ignore({"op_type", "nickname"});
  node.Output(node.Input(0));
}

// By op_type, sorted.
constexpr OpEntry kCustomOps[] = {
    {"BoxAnnotatorOHEM", nullptr},
    {"assign_anchor", nullptr},
    {"bbox_target", nullptr},
    {"box_annotator_ohem", nullptr},
    {"monitor", ConvertMonitor},
    {"nms_multi_target", nullptr},
    {"proposal", ConvertProposalInPython},
    {"proposal_annotator", nullptr},
    {"proposal_target", nullptr},
    {"rcnn_fpn_ohem", nullptr},
    {"rpn_fpn_ohem", nullptr},
    {"rpn_fpn_ohem2", nullptr},
    {"rpn_fpn_ohem3", nullptr},
    {"softmax", ConvertSoftmaxInPython, "dl"},
};

constexpr bool Before(const OpEntry& a, const OpEntry& b) { return a.name < b.name; }
static_assert(std::is_sorted(std::begin(kCustomOps), std::end(kCustomOps), Before));

}  // namespace

const OpEntry* FindCustomOp(std::string_view op_type) {
  const auto* found = std::lower_bound(std::begin(kCustomOps), std::end(kCustomOps), OpEntry{op_type, nullptr}, Before);
  return found != std::end(kCustomOps) && found->name == op_type ? found : FindExtensionEntry("Custom", op_type);
}

std::vector<std::string_view> CustomOpTypes(bool converted) {
  std::vector<std::string_view> names;
  for (const OpEntry& entry : kCustomOps) {
    if (entry.TrainingOnly() != converted) names.push_back(entry.name);
  }
  return names;
}

// Finds the entry that the graph's builder found before.
void ConvertCustom(NodeConverter& node) {
  const OpEntry* entry = FindCustomOp(node.Attrs().String("op_type"));
  if (!entry || entry->TrainingOnly()) node.Unsupported("attribute op_type: not a known operator in Python");
  entry->convert(node);
}

}  // namespace moir::mo

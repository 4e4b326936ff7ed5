// MultiBoxDetection that is an output of the model  =>  layer DetectionOutput, on request: another layout of the same
// boxes.
//   MXNet's: [N, A, 6], rows (class, score, xmin, ymin, xmax, ymax) by score, -1 in front of those that were removed
//   the layer's: [1, 1, N * K, 7], rows (picture, class, score, xmin, ymin, xmax, ymax) by class and score, -1 in front
//   of the first row that is free; K is nms_topk, or A without one
// The probabilities become [N, A * C], the anchors and variances [1, 2, A * 4].
//
// MXNet removes boxes whose overlap reaches nms_threshold, the layer those above it: it gets the next smaller float.
// Without suppression, or with suppression across classes, the layer computes something else: an error. So is an
// nms_topk that cuts with several classes: between equal scores the layer keeps the lower class and MXNet the earlier
// anchor.
#include <cmath>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerDetection final : public Pass {
 public:
  std::string_view Name() const override { return "lower-detection"; }

  void Run(Graph& graph, PassReport& report) const override {
    std::vector<Node*> detections;
    for (Node* node : graph.TopologicalOrder()) {
      if (node->Is("MultiBoxDetection")) detections.push_back(node);
    }
    if (detections.empty())
      Fail(ErrorKind::kBadOption, "--detection_output: the model has no MultiBoxDetection that could be written as a ",
           "DetectionOutput");
    Rewriter rewriter(graph);
    for (Node* node : detections) {
      RequireExact(*node);
      Lower(*node, rewriter);
      ++report.changes;
    }
  }

 private:
  static void RequireExact(Node& node) {
    const auto refuse = [&](const auto&... parts) {
      Fail(ErrorKind::kUnsupported, "node \"", node.Name(), "\": --detection_output: ", parts...,
           "; leave the option out to keep MXNet's layout");
    };
    const auto threshold = static_cast<float>(node.Attr<double>("nms_threshold"));
    if (node.Input(0).Type() != ElementType::kF32) refuse("got ", node.Input(0).Type(), " values, expected f32");
    if (node.Input(0).Shape()[1] < 2) refuse("got no class beside the background, expected one");
    if (!(threshold > 0 && threshold <= 1))
      refuse("got nms_threshold ", threshold, ", expected one above 0 and up to 1: the layer always suppresses");
    if (node.Attr<bool>("force_suppress") && node.Input(0).Shape()[1] > 2)
      refuse("got force_suppress, which the layer cannot do across classes");
    if (Cuts(node) && node.Input(0).Shape()[1] > 2) {
      refuse(
          "got nms_topk ", node.Attr<int64_t>("nms_topk"), " of ", node.Input(0).Shape()[2],
          " anchors with several classes: where it cuts between equal scores, the layer keeps other boxes than MXNet; "
          "state nms_topk=-1 in the symbol file when the application takes the best boxes itself");
    }
    if (node.Output(0).ReaderCount() > 0 || !node.Output(0).IsGraphOutput())
      refuse("other nodes read the boxes in MXNet's layout, expected an output of the model");
  }

  static bool Cuts(Node& node) {
    const int64_t topk = node.Attr<int64_t>("nms_topk");
    return topk > 0 && topk < node.Input(0).Shape()[2];
  }

  static void Lower(Node& node, Rewriter& rewriter) {
    const std::string& name = node.Name();
    const Shape& probabilities = node.Input(0).Shape();
    const int64_t classes = probabilities[1], anchors = probabilities[2];
    const auto reshape = [&](const std::string& suffix, Value value, const Shape& shape) {
      return rewriter.Add("Reshape", name + suffix, {value, rewriter.Indices(name + suffix + "_shape", shape.Dims())});
    };
    const Value transposed = rewriter.Add("Transpose", name + "/by_anchor",
                                          {node.Input(0), rewriter.Indices(name + "/by_anchor_order", {0, 2, 1})});
    // [N, A * C] for any number of pictures, so that the files can be reshaped to another batch.
    const Value confidences =
        rewriter.Add("Reshape", name + "/confidences",
                     {transposed, rewriter.Indices(name + "/confidences_shape", {0, -1})}, {{"special_zero", true}});

    const auto& variances = node.Attr<std::vector<double>>("variances");
    std::vector<float> repeated;
    for (int64_t i = 0; i < anchors; ++i) repeated.insert(repeated.end(), variances.begin(), variances.end());
    Value priors;
    if (const Tensor* boxes = node.Input(2).Constant()) {
      std::vector<float> both = boxes->ToVector<float>();
      both.insert(both.end(), repeated.begin(), repeated.end());
      priors = rewriter.Constant(name + "/priors", Tensor::FromValues<float>(Shape{1, 2, anchors * 4}, both));
    } else {
      const Value boxes_row = reshape("/boxes", node.Input(2), Shape{1, 1, anchors * 4});
      const Value row =
          rewriter.Constant(name + "/variances", Tensor::FromValues<float>(Shape{1, 1, anchors * 4}, repeated));
      priors = rewriter.Add("Concat", name + "/priors", {boxes_row, row}, {{"axis", int64_t{1}}});
    }
    const int64_t topk = node.Attr<int64_t>("nms_topk");
    const bool cuts = Cuts(node);
    const float below = std::nextafter(static_cast<float>(node.Attr<double>("nms_threshold")), 0.0f);
    rewriter.Replace(
        node,
        rewriter.Add("ie.DetectionOutput", name, {node.Input(1), confidences, priors},
                     {{"num_classes", classes},
                      {"background_label_id", int64_t{0}},
                      {"top_k", cuts ? topk : int64_t{-1}},
                      {"keep_top_k", cuts ? topk : anchors},
                      {"nms_threshold", static_cast<double>(below)},
                      {"confidence_threshold", static_cast<double>(static_cast<float>(node.Attr<double>("threshold")))},
                      {"share_location", int64_t{1}},
                      {"clip", int64_t{node.Attr<bool>("clip") ? 1 : 0}},
                      {"decrease_label_id", int64_t{1}},
                      {"normalized", int64_t{1}},
                      {"variance_encoded_in_target", int64_t{0}},
                      {"code_type", std::string("caffe.PriorBoxParameter.CENTER_SIZE")}}));
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerDetection() { return std::make_unique<LowerDetection>(); }

}  // namespace moir::transforms

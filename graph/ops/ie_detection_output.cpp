// Layer DetectionOutput: SSD's detections as Caffe and the 2018 engine list them.
// in 0: location offsets [N, A * L * 4] (L: 1 when share_location, otherwise the classes).  in 1: confidences [N, A *
// classes]. in 2: priors [1, 2, A * 4], boxes and variances ([1, 1, A * 4] when variance_encoded_in_target). out 0: [1,
// 1, N * keep_top_k, 7], rows (picture, label, confidence, xmin, ymin, xmax, ymax), by picture and label; a row that
// starts with -1 ends the list, the rest is zero.
//
// decrease_label_id = 0 (Caffe): every class but the background suppresses overlaps among its top_k boxes above the
// threshold. decrease_label_id = 1 (MXNet): every box takes its best class other than 0; the top_k of all are gone
// through together, and labels are counted without the background.
#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/op_schema.h"
#include "graph/op_table.h"

namespace moir::graph {
namespace {

struct Box {
  float xmin, ymin, xmax, ymax;
  float Area() const { return (xmax - xmin) * (ymax - ymin); }
};

float Overlap(const Box& a, const Box& b) {
  const float width = std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin);
  const float height = std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin);
  if (width <= 0 || height <= 0) return 0;
  const float shared = width * height;
  return shared / (a.Area() + b.Area() - shared);
}

struct Detection {
  int64_t label;
  int64_t prior;
  float confidence;
};

struct Settings {
  explicit Settings(const Node& node)
      : classes(node.Attr<int64_t>("num_classes")),
        background(node.Attr<int64_t>("background_label_id")),
        top_k(node.Attr<int64_t>("top_k")),
        keep_top_k(node.Attr<int64_t>("keep_top_k")),
        nms_threshold(static_cast<float>(node.Attr<double>("nms_threshold"))),
        confidence_threshold(static_cast<float>(node.Attr<double>("confidence_threshold"))),
        share_location(node.Attr<int64_t>("share_location") != 0),
        clip(node.Attr<int64_t>("clip") != 0),
        decrease_label(node.Attr<int64_t>("decrease_label_id") != 0),
        encoded(node.Attr<int64_t>("variance_encoded_in_target") != 0),
        center_size(node.Attr<std::string>("code_type") == "caffe.PriorBoxParameter.CENTER_SIZE") {}
  int64_t classes, background, top_k, keep_top_k;
  float nms_threshold, confidence_threshold;
  bool share_location, clip, decrease_label, encoded, center_size;
};

void Infer(InferContext& op) {
  const Settings settings(op.GetNode());
  const Shape& confidences = op.InputShape(1);
  for (size_t i = 0; i < 3; ++i)
    op.Require(op.InputType(i) == ElementType::kF32, "element type", op.InputType(i), "f32");
  op.Require(settings.classes > 0, "num_classes", settings.classes, "a positive number");
  op.Require(settings.keep_top_k > 0, "keep_top_k", settings.keep_top_k, "a positive number");
  op.Require(op.Attr<int64_t>("normalized") != 0, "normalized", 0, "1");
  op.Require(!settings.decrease_label || (settings.background == 0 && settings.share_location),
             "background_label_id and share_location", StrCat(settings.background, " and ", settings.share_location),
             "0 and 1 with decrease_label_id");
  op.Require(confidences.Rank() >= 2 && confidences[0] > 0, "confidences", confidences, "[N, boxes * classes]");
  const Shape& priors = op.InputShape(2);
  op.Require(priors.Rank() == 3 && priors[1] == (settings.encoded ? 1 : 2) && priors[2] % 4 == 0, "priors", priors,
             settings.encoded ? "[1,1,boxes * 4]" : "[1,2,boxes * 4]");
  const int64_t batch = confidences[0], boxes = priors[2] / 4;
  op.Require(confidences.NumElements() == Shape{batch, boxes, settings.classes}.NumElements(), "confidences",
             confidences, StrCat(boxes, " boxes of ", settings.classes, " classes"));
  op.Require(op.InputShape(0).NumElements() ==
                 Shape{batch, boxes, settings.share_location ? 1 : settings.classes, 4}.NumElements(),
             "locations", op.InputShape(0), StrCat("four numbers for ", boxes, " boxes"));
  op.SetOutput(0, Shape{1, 1, Shape{batch, settings.keep_top_k}.NumElements(), 7});
}

Box Decode(const Settings& settings, const float* prior, const float* variance, const float* location) {
  constexpr float kOnes[] = {1, 1, 1, 1};
  const float* v = settings.encoded ? kOnes : variance;
  Box box{};
  if (settings.center_size) {
    const float width = prior[2] - prior[0], height = prior[3] - prior[1];
    const float x = v[0] * location[0] * width + (prior[0] + prior[2]) / 2,
                y = v[1] * location[1] * height + (prior[1] + prior[3]) / 2;
    const float half_width = std::exp(v[2] * location[2]) * width / 2,
                half_height = std::exp(v[3] * location[3]) * height / 2;
    box = {x - half_width, y - half_height, x + half_width, y + half_height};
  } else {
    box = {prior[0] + v[0] * location[0], prior[1] + v[1] * location[1], prior[2] + v[2] * location[2],
           prior[3] + v[3] * location[3]};
  }
  if (!settings.clip) return box;
  const auto inside = [](float x) { return std::clamp(x, 0.0f, 1.0f); };
  return {inside(box.xmin), inside(box.ymin), inside(box.xmax), inside(box.ymax)};
}

// The first top_k by confidence, equals in the order of label and box.
void SortAndCut(std::vector<Detection>& candidates, int64_t top_k) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Detection& a, const Detection& b) { return a.confidence > b.confidence; });
  if (top_k >= 0 && static_cast<int64_t>(candidates.size()) > top_k) candidates.resize(static_cast<size_t>(top_k));
}

// The boxes of one picture: boxes[label or 0][prior].
std::vector<Detection> DetectPicture(const Settings& settings, const std::vector<std::vector<Box>>& boxes,
                                     const float* confidences) {
  const auto priors = static_cast<int64_t>(boxes[0].size());
  std::vector<std::vector<Detection>> kept(static_cast<size_t>(settings.classes));
  const auto keep = [&](const Detection& candidate) {
    const std::vector<Box>& of_label = boxes[settings.share_location ? 0 : static_cast<size_t>(candidate.label)];
    std::vector<Detection>& list = kept[static_cast<size_t>(candidate.label)];
    for (const Detection& better : list) {
      if (Overlap(of_label[static_cast<size_t>(candidate.prior)], of_label[static_cast<size_t>(better.prior)]) >
          settings.nms_threshold)
        return;
    }
    list.push_back(candidate);
  };
  std::vector<Detection> candidates;
  if (settings.decrease_label) {
    for (int64_t prior = 0; prior < priors; ++prior) {
      Detection best{0, prior, -1};
      for (int64_t label = 1; label < settings.classes; ++label) {
        const float confidence = confidences[prior * settings.classes + label];
        if (confidence > best.confidence) best = {label, prior, confidence};
      }
      if (best.label > 0 && best.confidence >= settings.confidence_threshold) candidates.push_back(best);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Detection& a, const Detection& b) { return a.label < b.label; });
    SortAndCut(candidates, settings.top_k);
    for (const Detection& candidate : candidates) keep(candidate);
  } else {
    for (int64_t label = 0; label < settings.classes; ++label) {
      if (label == settings.background) continue;
      candidates.clear();
      for (int64_t prior = 0; prior < priors; ++prior) {
        const float confidence = confidences[prior * settings.classes + label];
        if (confidence > settings.confidence_threshold) candidates.push_back({label, prior, confidence});
      }
      SortAndCut(candidates, settings.top_k);
      for (const Detection& candidate : candidates) keep(candidate);
    }
  }
  std::vector<Detection> detections;
  for (const auto& list : kept) detections.insert(detections.end(), list.begin(), list.end());
  if (static_cast<int64_t>(detections.size()) > settings.keep_top_k) {
    SortAndCut(detections, settings.keep_top_k);
    std::stable_sort(detections.begin(), detections.end(),
                     [](const Detection& a, const Detection& b) { return a.label < b.label; });
  }
  return detections;
}

void Evaluate(EvalContext& op) {
  const Settings settings(op.GetNode());
  const int64_t batch = op.Input(1).Shape()[0], priors = op.Input(2).Shape()[2] / 4;
  const int64_t location_classes = settings.share_location ? 1 : settings.classes;
  const float* locations = op.Input(0).Values<float>().data();
  const float* confidences = op.Input(1).Values<float>().data();
  const float* prior_boxes = op.Input(2).Values<float>().data();
  const float* variances = settings.encoded ? nullptr : prior_boxes + priors * 4;
  float* row = op.Output().MutableValues<float>().data();
  const float* end = row + op.Output().NumElements();
  for (int64_t n = 0; n < batch; ++n) {
    std::vector<std::vector<Box>> boxes(static_cast<size_t>(location_classes));
    for (int64_t label = 0; label < location_classes; ++label) {
      for (int64_t p = 0; p < priors; ++p) {
        boxes[static_cast<size_t>(label)].push_back(
            Decode(settings, prior_boxes + p * 4, variances ? variances + p * 4 : nullptr,
                   locations + ((n * priors + p) * location_classes + label) * 4));
      }
    }
    for (const Detection& detection : DetectPicture(settings, boxes, confidences + n * priors * settings.classes)) {
      const Box& box = boxes[settings.share_location ? 0 : static_cast<size_t>(detection.label)]
                            [static_cast<size_t>(detection.prior)];
      const float values[] = {static_cast<float>(n),
                              static_cast<float>(detection.label - (settings.decrease_label ? 1 : 0)),
                              detection.confidence,
                              box.xmin,
                              box.ymin,
                              box.xmax,
                              box.ymax};
      row = std::copy(std::begin(values), std::end(values), row);
    }
  }
  if (row != end) *row = -1;
}

}  // namespace

OpSchema IeDetectionOutputSchema() {
  return {.name = "ie.DetectionOutput",
          .opset = "ir-v2-v4",
          .inputs = {"locations", "confidences", "priors"},
          .attributes = {RequiredAttribute<int64_t>("num_classes"),
                         {"background_label_id", int64_t{0}},
                         {"top_k", int64_t{-1}},
                         RequiredAttribute<int64_t>("keep_top_k"),
                         RequiredAttribute<double>("nms_threshold"),
                         {"confidence_threshold", -static_cast<double>(std::numeric_limits<float>::max())},
                         {"share_location", int64_t{1}},
                         {"clip", int64_t{0}},
                         {"decrease_label_id", int64_t{0}},
                         {"normalized", int64_t{1}},
                         {"variance_encoded_in_target", int64_t{0}},
                         AttributeSchema::OneOf(
                             "code_type", {"caffe.PriorBoxParameter.CORNER", "caffe.PriorBoxParameter.CENTER_SIZE"})},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph

#include "detection.h"

#include <algorithm>

#include "../common/fail.h"

namespace moir::apps {
namespace {

constexpr int64_t kNothing = -1;

// From parts of what the model saw to pixels of the picture.
Box ToPixels(const Box& box, const Box& part) {
  const double width = part.xmax - part.xmin, height = part.ymax - part.ymin;
  return {part.xmin + box.xmin * width, part.ymin + box.ymin * height, part.xmin + box.xmax * width,
          part.ymin + box.ymax * height};
}

// The boxes of the threshold or more, best score first.
std::vector<FoundBox> Likely(const std::vector<FoundBox>& boxes, double threshold) {
  std::vector<FoundBox> likely;
  std::copy_if(boxes.begin(), boxes.end(), std::back_inserter(likely),
               [&](const FoundBox& box) { return box.detection.score >= threshold; });
  std::stable_sort(likely.begin(), likely.end(),
                   [](const FoundBox& a, const FoundBox& b) { return a.detection.score > b.detection.score; });
  return likely;
}

void AddToConfusion(const std::vector<FoundBox>& boxes, const std::vector<TruthBox>& objects,
                    const ValidationOptions& options, DetectionResult& result) {
  std::vector<bool> taken(objects.size());
  for (const FoundBox& box : Likely(boxes, options.threshold)) {
    double best = 0;
    size_t nearest = objects.size();
    for (size_t i = 0; i < objects.size(); ++i) {
      const double shared = Overlap(box.detection.box, objects[i].box, options.inclusive);
      if (taken[i] || shared < options.overlap || shared <= best) continue;
      best = shared;
      nearest = i;
    }
    if (nearest == objects.size()) {
      ++result.confusion[{kNothing, box.detection.class_index}];
      continue;
    }
    taken[nearest] = true;
    if (!objects[nearest].difficult) ++result.confusion[{objects[nearest].class_index, box.detection.class_index}];
  }
  for (size_t i = 0; i < objects.size(); ++i) {
    if (!taken[i] && !objects[i].difficult) ++result.confusion[{objects[i].class_index, kNothing}];
  }
}

}  // namespace

void Evaluate(const std::vector<DataItem>& items, const std::vector<ReadPictureInfo>& pictures,
              const ValidationOptions& options, size_t class_count, DetectionResult& result) {
  std::vector<std::vector<TruthBox>> truth(items.size());
  std::vector<std::vector<ScoredBox>> by_class(class_count);
  std::vector<std::vector<size_t>> places(class_count);  // in the picture's list
  result.counts.assign(items.size(), {});
  for (size_t item = 0; item < items.size(); ++item) {
    if (!pictures[item].problem.empty()) continue;
    truth[item] = items[item].boxes;
    for (const TruthBox& object : truth[item]) {
      ++(object.difficult ? result.difficult : result.objects);
      result.counts[item].missed += !object.difficult;
    }
    for (size_t i = 0; i < result.boxes[item].size(); ++i) {
      const Detection& detection = result.boxes[item][i].detection;
      const auto index = static_cast<size_t>(detection.class_index);
      by_class[index].push_back({item, detection});
      places[index].push_back(i);
    }
    AddToConfusion(result.boxes[item], truth[item], options, result);
  }
  for (size_t index = 0; index < class_count; ++index) {
    std::vector<MatchResult> matches;
    ClassCurve curve =
        ComputeCurve(static_cast<int64_t>(index), by_class[index], truth, options.overlap, options.inclusive, &matches);
    for (size_t i = 0; i < matches.size(); ++i) {
      const ScoredBox& box = by_class[index][i];
      result.boxes[box.picture][places[index][i]].result = matches[i];
      if (box.detection.score < options.threshold) continue;
      PictureCounts& counts = result.counts[box.picture];
      counts.wrong += matches[i] == MatchResult::kFalse;
      counts.found += matches[i] == MatchResult::kTrue;
      counts.missed -= matches[i] == MatchResult::kTrue;
    }
    if (curve.objects > 0) {
      ++result.classes_with_objects;
      result.eleven_points += curve.eleven_points;
      result.all_points += curve.all_points;
    }
    result.curves.push_back(std::move(curve));
  }
  if (result.classes_with_objects > 0) {
    result.eleven_points /= static_cast<double>(result.classes_with_objects);
    result.all_points /= static_cast<double>(result.classes_with_objects);
  }
}

DetectionResult Detect(Core& core, const SetModel& model, const ValidationOptions& options, const DataSet& set,
                       size_t class_count, std::vector<ReadPictureInfo>& pictures) {
  DetectionResult result;
  result.boxes.resize(set.items.size());
  const DetectionOutputs found = FindDetectionOutputs(model.model, model.input.width, model.input.height);
  std::vector<std::vector<Detection>> batch;
  std::vector<size_t> not_finite;
  const auto use = [&](size_t item, const std::vector<Tensor>& outputs, size_t slot) {
    if (slot == 0) batch = ReadDetections(found, outputs, model.input.batch, 0, model.path, &not_finite);
    if (not_finite[slot] > 0) result.not_finite.push_back(item);
    for (Detection& detection : batch[slot]) {
      if (detection.class_index >= static_cast<int64_t>(class_count)) {
        Fail(ErrorKind::kBadOption, model.path, " finds class ", detection.class_index, " in ", set.items[item].name,
             ", and the labels name ", class_count, " classes");
      }
      detection.box = ToPixels(detection.box, pictures[item].part);
      result.boxes[item].push_back({detection});
    }
  };
  result.time = RunOverSet(core, model, options, set.items, pictures, use);
  return result;
}

size_t CountDisagreements(const std::vector<FoundBox>& a, const std::vector<FoundBox>& b,
                          const ValidationOptions& options) {
  const std::vector<FoundBox> first = Likely(a, options.threshold), second = Likely(b, options.threshold);
  std::vector<bool> taken(second.size());
  size_t alone = 0;
  for (const FoundBox& box : first) {
    double best = 0;
    size_t nearest = second.size();
    for (size_t i = 0; i < second.size(); ++i) {
      if (taken[i] || second[i].detection.class_index != box.detection.class_index) continue;
      const double shared = Overlap(box.detection.box, second[i].detection.box, options.inclusive);
      if (shared < options.overlap || shared <= best) continue;
      best = shared;
      nearest = i;
    }
    if (nearest == second.size()) ++alone;
    else taken[nearest] = true;
  }
  return alone + static_cast<size_t>(std::count(taken.begin(), taken.end(), false));
}

}  // namespace moir::apps

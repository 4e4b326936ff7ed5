#include "average_precision.h"

#include <algorithm>
#include <numeric>

namespace moir::apps {
namespace {

constexpr size_t kPoints = 11;

// True positives are whole numbers, so that recall 3/10 reaches the point 0.3 whatever floats make of it.
double ElevenPoints(const std::vector<size_t>& found, const ClassCurve& curve) {
  double sum = 0;
  for (size_t point = 0; point < kPoints; ++point) {
    double best = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] * (kPoints - 1) >= point * curve.objects) best = std::max(best, curve.precision[i]);
    }
    sum += best;
  }
  return sum / static_cast<double>(kPoints);
}

double AllPoints(const ClassCurve& curve) {
  double area = 0, best = 0;
  for (size_t i = curve.precision.size(); i-- > 0;) {
    best = std::max(best, curve.precision[i]);
    area += best * (curve.recall[i] - (i == 0 ? 0 : curve.recall[i - 1]));
  }
  return area;
}

}  // namespace

double Overlap(const Box& a, const Box& b, bool inclusive) {
  const double last = inclusive ? 1 : 0;
  const auto area = [last](const Box& box) { return (box.xmax - box.xmin + last) * (box.ymax - box.ymin + last); };
  const double width = std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin) + last;
  const double height = std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin) + last;
  if (!(width > 0 && height > 0)) return 0;
  const double shared = width * height, all = area(a) + area(b) - shared;
  return all > 0 ? shared / all : 0;
}

ClassCurve ComputeCurve(int64_t class_index, const std::vector<ScoredBox>& detections,
                        const std::vector<std::vector<TruthBox>>& truth, double overlap, bool inclusive,
                        std::vector<MatchResult>* results) {
  ClassCurve curve;
  curve.detections = detections.size();
  std::vector<std::vector<bool>> taken(truth.size());
  for (size_t picture = 0; picture < truth.size(); ++picture) {
    taken[picture].resize(truth[picture].size());
    for (const TruthBox& object : truth[picture])
      curve.objects += object.class_index == class_index && !object.difficult;
  }
  if (results) results->assign(detections.size(), MatchResult::kFalse);
  std::vector<size_t> order(detections.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return detections[a].detection.score > detections[b].detection.score; });

  std::vector<size_t> found;
  size_t true_count = 0;
  for (const size_t index : order) {
    const ScoredBox& box = detections[index];
    const std::vector<TruthBox>& objects = truth[box.picture];
    double best = 0;
    size_t nearest = objects.size();
    for (size_t i = 0; i < objects.size(); ++i) {
      if (objects[i].class_index != class_index) continue;
      const double shared = Overlap(box.detection.box, objects[i].box, inclusive);
      if (nearest == objects.size() || shared > best) {
        best = shared;
        nearest = i;
      }
    }
    MatchResult result = MatchResult::kFalse;
    if (nearest < objects.size() && best >= overlap) {
      if (objects[nearest].difficult) result = MatchResult::kIgnored;
      else if (!taken[box.picture][nearest]) result = MatchResult::kTrue;
      taken[box.picture][nearest] = true;
    }
    if (results) (*results)[index] = result;
    if (result == MatchResult::kIgnored) continue;
    true_count += result == MatchResult::kTrue;
    found.push_back(true_count);
    curve.scores.push_back(box.detection.score);
    curve.precision.push_back(static_cast<double>(true_count) / static_cast<double>(found.size()));
    if (curve.objects > 0) curve.recall.push_back(static_cast<double>(true_count) / static_cast<double>(curve.objects));
  }
  if (curve.objects > 0) {
    curve.eleven_points = ElevenPoints(found, curve);
    curve.all_points = AllPoints(curve);
  }
  return curve;
}

}  // namespace moir::apps

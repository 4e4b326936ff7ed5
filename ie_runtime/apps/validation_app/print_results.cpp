// The results as text.
#include <algorithm>
#include <cstdio>

#include "../common/counters.h"
#include "validation.h"

namespace moir::apps {
namespace {

constexpr size_t kLinesOfAList = 20;

void PrintLeftOut(const Validation& validation) {
  const std::vector<SkippedItem> left_out = LeftOut(validation);
  if (left_out.empty()) return;
  std::printf("left out: %zu\n", left_out.size());
  for (size_t i = 0; i < left_out.size() && i < kLinesOfAList; ++i)
    std::printf("  %s: %s\n", left_out[i].name.c_str(), left_out[i].reason.c_str());
  if (left_out.size() > kLinesOfAList) std::printf("  and %zu more\n", left_out.size() - kLinesOfAList);
}

void PrintClassification(const ClassificationResult& result) {
  std::printf("pictures   %zu\n", result.pictures);
  std::printf("top-1      %.6f  (%zu)\n", result.Top1(), result.top1);
  std::printf("top-5      %.6f  (%zu)\n", result.Top5(), result.top5);
}

void PrintDetection(const DetectionResult& result, const Validation& validation) {
  const ValidationOptions& options = validation.options;
  std::printf("pictures   %zu with %zu objects, and %zu difficult ones, which do not count\n", result.time.pictures,
              result.objects, result.difficult);
  std::printf("overlap    %g or more; boxes %s their last pixel\n", options.overlap,
              options.inclusive ? "include" : "exclude");
  size_t width = 5;
  for (const std::string& label : validation.labels) width = std::max(width, label.size());
  const auto name_width = static_cast<int>(width);
  std::printf("%-*s  objects  detections  AP, 11 points  AP, all points\n", name_width, "class");
  for (size_t i = 0; i < result.curves.size(); ++i) {
    const ClassCurve& curve = result.curves[i];
    std::printf("%-*s  %7zu  %10zu", name_width, validation.labels[i].c_str(), curve.objects, curve.detections);
    if (curve.objects > 0) std::printf("  %13.6f  %14.6f\n", curve.eleven_points, curve.all_points);
    else std::printf("  %13s  %14s\n", "none", "none");
  }
  std::printf("%-*s  %7zu  %10s", name_width, "mAP", result.objects, "");
  if (result.classes_with_objects > 0) std::printf("  %13.6f  %14.6f\n", result.eleven_points, result.all_points);
  else std::printf("  %13s  %14s\n", "none", "none");
}

// A model that computes NaN is broken, or its input is; figures alone do not show it.
void PrintNotFinite(const std::vector<size_t>& items, const char* what, const Validation& validation) {
  if (items.empty()) return;
  std::printf("NOT FINITE %s of %zu pictures are NaN or infinite; the first: %s\n", what, items.size(),
              validation.set.items[items[0]].name.c_str());
}

void PrintTime(const RunTime& time) {
  if (time.pictures > 0)
    std::printf("inference  %.3f ms per picture\n", time.milliseconds / static_cast<double>(time.pictures));
  if (!time.counters.empty()) PrintCounters(time.counters);
}

std::string Answer(const Validation& validation, size_t model, size_t item) {
  char text[64];
  if (validation.options.detection) {
    const PictureCounts& counts = validation.detection[model].counts[item];
    std::snprintf(text, sizeof text, "%zu found, %zu missed, %zu wrong", counts.found, counts.missed, counts.wrong);
    return text;
  }
  const auto& top = validation.classification[model].top[item];
  if (top.empty()) return "nothing";
  std::snprintf(text, sizeof text, " %.6f", top[0].value);
  return LabelOf(top[0].index, validation.labels) + text;
}

void PrintDisagreements(const Validation& validation) {
  const std::vector<size_t>& items = validation.disagreements;
  std::printf(
      "the models disagree on %zu of %zu pictures\n", items.size(),
      validation.options.detection ? validation.detection[0].time.pictures : validation.classification[0].pictures);
  for (size_t i = 0; i < items.size() && i < kLinesOfAList; ++i) {
    const DataItem& item = validation.set.items[items[i]];
    std::printf("  %s:", item.name.c_str());
    if (!validation.options.detection)
      std::printf(" expected %s;", LabelOf(item.class_index, validation.labels).c_str());
    std::printf(" first %s; second %s\n", Answer(validation, 0, items[i]).c_str(),
                Answer(validation, 1, items[i]).c_str());
  }
  if (items.size() > kLinesOfAList) std::printf("  and %zu more\n", items.size() - kLinesOfAList);
}

}  // namespace

void PrintResults(const Validation& validation) {
  PrintLeftOut(validation);
  for (size_t i = 0; i < validation.models.size(); ++i) {
    std::printf("model      %s\n", validation.models[i].c_str());
    if (validation.options.detection) {
      PrintDetection(validation.detection[i], validation);
      PrintNotFinite(validation.detection[i].not_finite, "boxes", validation);
      PrintTime(validation.detection[i].time);
    } else {
      PrintClassification(validation.classification[i]);
      PrintNotFinite(validation.classification[i].not_finite, "values", validation);
      PrintTime(validation.classification[i].time);
    }
    std::printf("\n");
  }
  if (validation.models.size() == 2) PrintDisagreements(validation);
}

}  // namespace moir::apps

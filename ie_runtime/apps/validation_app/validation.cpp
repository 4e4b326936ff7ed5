#include "validation.h"

#include <algorithm>
#include <filesystem>

#include "../common/fail.h"
#include "../common/labels.h"

namespace moir::apps {
namespace {

void RequirePictures(const Validation& validation) {
  const bool any = std::any_of(validation.pictures.begin(), validation.pictures.end(),
                               [](const ReadPictureInfo& info) { return info.problem.empty(); });
  if (any) return;
  const std::vector<SkippedItem> left_out = LeftOut(validation);
  Fail(ErrorKind::kBadModel, validation.options.input, ": none of ", left_out.size(),
       " pictures could be used; the first: ", left_out.empty() ? "" : left_out[0].name + ": " + left_out[0].reason);
}

std::vector<size_t> FindDisagreements(const Validation& validation) {
  std::vector<std::pair<double, size_t>> found;  // how much, item
  for (size_t item = 0; item < validation.set.items.size(); ++item) {
    if (!validation.pictures[item].problem.empty()) continue;
    double much = 0;
    if (validation.options.detection) {
      much = static_cast<double>(CountDisagreements(validation.detection[0].boxes[item],
                                                    validation.detection[1].boxes[item], validation.options));
    } else {
      const auto& first = validation.classification[0].top[item];
      const auto& second = validation.classification[1].top[item];
      const int64_t a = first.empty() ? -1 : first[0].index, b = second.empty() ? -1 : second[0].index;
      if (a != b) much = 1 + (first.empty() ? 0 : first[0].value) + (second.empty() ? 0 : second[0].value);
    }
    if (much > 0) found.emplace_back(much, item);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<size_t> items;
  for (const auto& [much, item] : found) items.push_back(item);
  return items;
}

}  // namespace

std::string LabelOf(int64_t class_index, const std::vector<std::string>& labels) {
  if (class_index >= 0 && class_index < static_cast<int64_t>(labels.size()))
    return labels[static_cast<size_t>(class_index)];
  return std::to_string(class_index);
}

std::vector<SkippedItem> LeftOut(const Validation& validation) {
  std::vector<SkippedItem> result = validation.set.skipped;
  for (size_t item = 0; item < validation.set.items.size(); ++item) {
    if (!validation.pictures[item].problem.empty())
      result.push_back({validation.set.items[item].name, validation.pictures[item].problem});
  }
  return result;
}

Validation Validate(const ValidationOptions& options) {
  Validation validation;
  validation.options = options;
  validation.models.push_back(options.model.model);
  if (!options.second_model.empty()) validation.models.push_back(options.second_model);
  // Models are opened first: a wrong name shows before a large set is read.
  Core core;
  std::vector<SetModel> models;
  for (const std::string& path : validation.models) models.push_back(OpenSetModel(core, options, path));
  validation.labels = ReadLabels(options.labels, options.model.model);
  const std::string labels_name = options.labels.empty()
                                      ? std::filesystem::path(options.model.model).replace_extension(".labels").string()
                                      : options.labels;
  if (options.detection) {
    if (validation.labels.empty())
      Fail(ErrorKind::kBadOption, "-ODc: expected a file with the names of the classes, one per line");
    for (SetModel& model : models)
      model.outputs = FindDetectionOutputs(model.model, model.input.width, model.input.height).indices;
    validation.set = ReadDetectionSet(options, validation.labels, labels_name);
  } else {
    validation.set = ReadClassificationSet(options.input, validation.labels, labels_name);
    for (SetModel& model : models) SetClassOutput(model, options, validation.set, validation.labels);
  }
  validation.pictures.resize(validation.set.items.size());
  for (const SetModel& model : models) {
    if (options.detection) {
      validation.detection.push_back(
          Detect(core, model, options, validation.set, validation.labels.size(), validation.pictures));
    } else {
      validation.classification.push_back(Classify(core, model, options, validation.set, validation.pictures));
    }
  }
  RequirePictures(validation);
  for (DetectionResult& result : validation.detection)
    Evaluate(validation.set.items, validation.pictures, options, validation.labels.size(), result);
  if (models.size() == 2) validation.disagreements = FindDisagreements(validation);
  return validation;
}

}  // namespace moir::apps

// Validation of a detector.
#pragma once

#include <map>
#include <vector>

#include "average_precision.h"
#include "data_set.h"
#include "set_runner.h"

namespace moir::apps {

struct FoundBox {
  Detection detection;  // box in pixels
  MatchResult result = MatchResult::kFalse;
};

// What became of an object at the score threshold.
struct PictureCounts {
  size_t found = 0, missed = 0, wrong = 0;  // difficult objects and what finds them are not counted
};

struct DetectionResult {
  std::vector<std::vector<FoundBox>> boxes;  // per picture, all scores
  std::vector<PictureCounts> counts;         // per picture, scores of the threshold or more
  std::vector<ClassCurve> curves;            // per class
  double eleven_points = 0, all_points = 0;  // means over the classes that have objects
  size_t objects = 0, difficult = 0, classes_with_objects = 0;
  std::vector<size_t> not_finite;  // items with boxes that were left out because they are not finite
  // (expected, predicted) -> how often; -1: nothing. Boxes of the threshold or more, matched whatever their class.
  std::map<std::pair<int64_t, int64_t>, size_t> confusion;
  RunTime time;
};

// `class_count`: how many classes have names. Throws kBadOption when the model finds others.
DetectionResult Detect(Core& core, const SetModel& model, const ValidationOptions& options, const DataSet& set,
                       size_t class_count, std::vector<ReadPictureInfo>& pictures);

// Evaluates the boxes of result.boxes.
void Evaluate(const std::vector<DataItem>& items, const std::vector<ReadPictureInfo>& pictures,
              const ValidationOptions& options, size_t class_count, DetectionResult& result);

// How many boxes of either, of the threshold or more, have no partner of the same class in the other, overlapping as
// options say.
size_t CountDisagreements(const std::vector<FoundBox>& a, const std::vector<FoundBox>& b,
                          const ValidationOptions& options);

}  // namespace moir::apps

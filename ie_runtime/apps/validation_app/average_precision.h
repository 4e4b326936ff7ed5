// Average precision as the PASCAL VOC challenge defines it.
//
// Detections of a class, best score first: one finds the object of its class and picture that it overlaps most, if by
// `overlap` or more, and then
//   the object is difficult:              the detection counts as nothing
//   nobody found the object before:       true positive
//   somebody did, or there is no object:  false positive
// precision = true / (true + false), recall = true / objects that are not difficult, after each detection.
//   eleven points (VOC 2007): mean over r = 0, 0.1 .. 1 of the best precision at a recall of r or more
//     Recalls are compared as fractions. GluonCV and others compare floats, to which 3/5 is less than 0.6: where the
//     objects of a class come in fives their figure can be lower by a point.
//   all points (VOC 2010):    area under the precision curve, made not to rise with recall
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../common/detections.h"
#include "data_set.h"

namespace moir::apps {

enum class MatchResult : uint8_t { kTrue, kFalse, kIgnored };

// Intersection over union. `inclusive`: boxes include their last pixel.
double Overlap(const Box& a, const Box& b, bool inclusive);

struct ScoredBox {
  size_t picture = 0;
  Detection detection;  // box in pixels
};

struct ClassCurve {
  size_t objects = 0;  // without the difficult ones
  size_t detections = 0;
  std::vector<double> scores, recall, precision;  // after each detection that counts
  double eleven_points = 0, all_points = 0;  // 0 when there are no objects: the class has no average precision then
};

// Of one class. `truth` holds each picture's objects of all classes. `results`, if given, gets one entry per detection,
// in their order.
ClassCurve ComputeCurve(int64_t class_index, const std::vector<ScoredBox>& detections,
                        const std::vector<std::vector<TruthBox>>& truth, double overlap, bool inclusive,
                        std::vector<MatchResult>* results = nullptr);

}  // namespace moir::apps

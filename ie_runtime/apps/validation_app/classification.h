// Validation of a classifier.
#pragma once

#include <vector>

#include "../common/values.h"
#include "data_set.h"
#include "set_runner.h"

namespace moir::apps {

struct ClassificationResult {
  std::vector<std::vector<IndexedValue>> top;  // per picture the five most probable classes; empty: left out
  int64_t classes = 0;                         // that the model tells apart
  size_t pictures = 0, top1 = 0, top5 = 0;
  std::vector<size_t> not_finite;  // items with values that are not finite; NaN has no rank
  RunTime time;

  double Top1() const { return pictures == 0 ? 0 : static_cast<double>(top1) / static_cast<double>(pictures); }
  double Top5() const { return pictures == 0 ? 0 : static_cast<double>(top5) / static_cast<double>(pictures); }
};

// Finds the model's answers (FindClassOutput), which must have as many classes as the set needs. With
// `zero_is_background` classes are counted from the model's class 1. Throws kBadOption otherwise.
void SetClassOutput(SetModel& model, const ValidationOptions& options, const DataSet& set,
                    const std::vector<std::string>& labels);

ClassificationResult Classify(Core& core, const SetModel& model, const ValidationOptions& options, const DataSet& set,
                              std::vector<ReadPictureInfo>& pictures);

}  // namespace moir::apps

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
  RunTime time;

  double Top1() const { return pictures == 0 ? 0 : static_cast<double>(top1) / static_cast<double>(pictures); }
  double Top5() const { return pictures == 0 ? 0 : static_cast<double>(top5) / static_cast<double>(pictures); }
};

// Finds the model's answers: one output [N,...] with a number per class, and as many classes as the set needs. With
// `zero_is_background` classes are counted from the model's class 1. Throws kBadOption otherwise.
void FindClassOutput(SetModel& model, const ValidationOptions& options, const DataSet& set,
                     const std::vector<std::string>& labels);

ClassificationResult Classify(Core& core, const SetModel& model, const ValidationOptions& options, const DataSet& set,
                              std::vector<ReadPictureInfo>& pictures);

}  // namespace moir::apps

// One validation: the set, and what one or two models say about it.
#pragma once

#include <string>
#include <vector>

#include "classification.h"
#include "data_set.h"
#include "detection.h"
#include "options.h"
#include "set_runner.h"

namespace moir::apps {

struct Validation {
  ValidationOptions options;
  std::vector<std::string> labels;
  DataSet set;
  std::vector<ReadPictureInfo> pictures;  // per item
  std::vector<std::string> models;        // paths
  // One per model; of the task at hand alone.
  std::vector<ClassificationResult> classification;
  std::vector<DetectionResult> detection;
  std::vector<size_t> disagreements;  // items on which the models part, the worst first
};

// Reads the set, runs the models. Throws kBadModel when not one picture could be used.
Validation Validate(const ValidationOptions& options);

// The class's name, or its number.
std::string LabelOf(int64_t class_index, const std::vector<std::string>& labels);

// Items that were left out and why; the set's own included.
std::vector<SkippedItem> LeftOut(const Validation& validation);

// What was found out, to standard output.
void PrintResults(const Validation& validation);
// One line per answer: see the columns' names in the first line.
void WriteCsv(const std::string& path, const Validation& validation);
// A page that needs nothing else.
void WriteHtml(const std::string& path, const Validation& validation);

}  // namespace moir::apps

// The pictures of a validation set and what is on them.
#pragma once

#include <string>
#include <vector>

#include "../common/detections.h"
#include "options.h"

namespace moir::apps {

struct TruthBox {
  int64_t class_index = 0;
  Box box;  // first and last pixel, counted from 0
  bool difficult = false;
};

struct DataItem {
  std::string path;
  std::string name;              // how it is called in results
  int64_t class_index = -1;      // classification; of the labels
  std::vector<TruthBox> boxes;   // detection
  double width = 0, height = 0;  // that the annotation says; 0: nothing
};

struct SkippedItem {
  std::string name, reason;
};

struct DataSet {
  std::vector<DataItem> items;
  std::vector<SkippedItem> skipped;  // what has no usable annotation or picture
};

// A folder of folders, or a list. `labels_name` is what errors call the labels' file. Classes are named as in the
// labels, or by the first word there (the identifiers of ImageNet), or numbered. Throws kBadOption with all names that
// the labels lack.
DataSet ReadClassificationSet(const std::string& input, const std::vector<std::string>& labels,
                              const std::string& labels_name);

// The pictures of options.input with their annotations. Throws kBadOption with all classes that the labels lack.
DataSet ReadDetectionSet(const ValidationOptions& options, const std::vector<std::string>& labels,
                         const std::string& labels_name);

}  // namespace moir::apps

// What validation_app was asked for.
#pragma once

#include <string>
#include <vector>

#include "../common/model.h"
#include "preprocess.h"

namespace moir::apps {

struct ValidationOptions {
  bool detection = false;
  ModelOptions model;
  std::string second_model;  // empty: there is none
  std::string input;         // folder or list
  std::string list;          // of the names of the pictures to take
  std::string labels;        // file; empty: beside the model
  int64_t batch = 0;         // 0: the model's
  Preprocessing preprocessing;
  bool zero_is_background = false;
  std::string output_name;  // empty: the only output
  std::string annotations, subfolder;
  int64_t origin = 1;      // what the annotations call the first pixel
  bool inclusive = true;   // a box includes its last pixel
  double overlap = 0.5;    // from which on a box counts as found
  double threshold = 0.5;  // least score where single boxes are shown or counted
  std::string dump, report;
};

// False when only the help was asked for, and printed. Throws kBadOption.
bool ParseValidationOptions(const std::vector<std::string>& arguments, ValidationOptions& options);

}  // namespace moir::apps

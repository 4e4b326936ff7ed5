// Runs a model over the pictures of a set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../common/picture_model.h"
#include "data_set.h"
#include "options.h"

namespace moir::apps {

// What is known of a picture once it was read.
struct ReadPictureInfo {
  double width = 0, height = 0;
  Box part;             // that the model saw, in pixels
  std::string problem;  // why it is left out; empty: it is not
};

struct SetModel {
  std::string path;
  Model model;
  PictureInput input;
  size_t output = 0;  // of the one that holds the answers
};

// Opens the model and finds its input; `path` replaces that of the options.
SetModel OpenSetModel(Core& core, const ValidationOptions& options, const std::string& path);

struct RunTime {
  size_t pictures = 0;
  double milliseconds = 0;  // of the inferences alone
  std::vector<ProfilingInfo> counters;
};

// Calls `use(item, output, slot)` for each picture that could be read: `output` is the batch's, `slot` its place there.
// Pictures that are a problem already are left out; `pictures` gets the others' sizes or problems.
RunTime RunOverSet(Core& core, const SetModel& model, const ValidationOptions& options,
                   const std::vector<DataItem>& items, std::vector<ReadPictureInfo>& pictures,
                   const std::function<void(size_t item, const Tensor& output, size_t slot)>& use);

}  // namespace moir::apps

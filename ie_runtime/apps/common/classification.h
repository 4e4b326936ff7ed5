// What the samples that classify pictures share: their options, which output has the classes, and how these are
// printed.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <string>
#include <vector>

#include "model.h"
#include "moir/moir.h"

namespace moir::apps {

// Whether a shape is [N,K] for `batch` pictures, also with sizes of 1 beside K: [N,K,1,1].
bool HoldsClasses(const Shape& shape, int64_t batch);
int64_t ClassCount(const Shape& shape);

// Index of the output called `name`, or of the only one when that is empty, which must have a number per class. Throws
// kBadOption, with all outputs, otherwise.
size_t FindClassOutput(const Model& model, int64_t batch, const std::string& name);

struct ClassificationOptions {
  ModelOptions model;
  std::vector<std::string> inputs;  // pictures and folders
  std::string labels, output_name;
  size_t top = 10;
  int iterations = 1;
  int64_t batch = 1;
};

// Their options; the engine's come behind.
void AddClassificationOptions(boost::program_options::options_description& group, ClassificationOptions& options);
// Throws kBadOption.
void CheckClassificationOptions(const ClassificationOptions& options);

// The largest values of picture `slot` of an output for several, with names and bars. Values that are NaN are said to
// be there and have no rank.
void PrintClasses(const Tensor& output, int64_t slot, const ClassificationOptions& options,
                  const std::vector<std::string>& labels);

}  // namespace moir::apps

// Options that all applications have, in the same words.
#pragma once

#include <boost/program_options/options_description.hpp>

#include "model.h"

namespace moir::apps {

// An empty list of options under this heading, as wide as all of them.
boost::program_options::options_description OptionGroup(const std::string& heading);

// --help, --model, --weights.
void AddModelOptions(boost::program_options::options_description& group, ModelOptions& options);
// --input_shape
void AddShapeOption(boost::program_options::options_description& group, ModelOptions& options);
// --labels
void AddLabelsOption(boost::program_options::options_description& group, std::string& labels);
// --pc
void AddCountersOption(boost::program_options::options_description& group, ModelOptions& options);
// --extensions, --precision, --threads, --device
void AddEngineOptions(boost::program_options::options_description& group, ModelOptions& options);

// The last line of a help text.
extern const char* const kExitCodes;

}  // namespace moir::apps

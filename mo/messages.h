// What mo prints about its options: --help and the list of arguments before a conversion.
#pragma once

#include <string>

#include "mo/options.h"

namespace moir::mo {

// The text of --help, grouped as the table of options is.
std::string HelpText();
// What a user who gave nothing reads.
std::string UsageText();
// "Model Optimizer arguments:", the parameters that are common to all frameworks, those of MXNet, the version; one
// tab-indented "- name: value" per line.
std::string ArgumentsText(const Options& options);

}  // namespace moir::mo

// --extensions_template: the project of a plug-in for a model's unknown operators, filled in as far as its files tell.
#pragma once

#include <string>
#include <vector>

#include "mo/options.h"

namespace moir::mo {

// Writes OUTPUT_DIR/NAME with CMakeLists.txt, NAME.cpp, README.md and the two headers, all or nothing. Gives lines for
// the user. Throws kBadOption when the model has no unknown operators or the folder is there already, and what reading
// the model throws.
std::vector<std::string> WriteExtensionTemplate(const Options& options);

}  // namespace moir::mo

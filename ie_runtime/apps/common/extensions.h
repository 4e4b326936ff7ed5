// Plug-ins: shared libraries with operators, as --extensions names them.
#pragma once

#include <string>
#include <vector>

#include "moir/moir.h"

namespace moir::apps {

// What --extensions is given: libraries, and folders of them, with commas between them; the option may be repeated.
// Of a folder all plug-ins are loaded, in alphabetical order; other libraries there are left out. Throws kBadOption for
// what does not exist, for a library that is no plug-in and for a folder without plug-ins.
void LoadExtensions(Core& core, const std::vector<std::string>& arguments);

}  // namespace moir::apps

// --extensions: plug-ins with operators, converters and passes.
#pragma once

#include <string>
#include <vector>

namespace moir::mo {

// Loads every library, and those plug-ins that lie in every folder. What the user should know: one line per plug-in,
// and folders and libraries that hold none. Throws kBadOption with the file's name; see graph::LoadExtension.
std::vector<std::string> LoadExtensions(const std::vector<std::string>& paths);

}  // namespace moir::mo

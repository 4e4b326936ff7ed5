// Files that appear complete or not at all.
#pragma once

#include <string>
#include <string_view>

namespace moir::apps {

// Writes to a temporary file beside `path` and renames it. Throws kIo, and leaves nothing behind then.
void WriteFile(const std::string& path, std::string_view bytes);

}  // namespace moir::apps

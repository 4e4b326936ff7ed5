// Guides that quote files which are compiled and tested.
#pragma once

#include <set>
#include <string>

namespace moir::test {

// Every quote of the guide at `path` in the source tree, which looks like
//
//   <!-- FILE: NAME -->
//   ```LANGUAGE
//   ...
//   ```
//
// is compared with the lines of FILE between "// [NAME]" and "// [/NAME]" ("# [NAME]" and so on), less their common
// indentation. Gives the names.
std::set<std::string> QuotedSections(const std::string& path);

}  // namespace moir::test

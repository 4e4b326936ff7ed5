#include "transforms/fusing_filter.h"

#include "graph/error.h"

namespace moir::transforms {

FusingFilter::FusingFilter(const std::vector<std::string>& patterns) {
  if (patterns.empty()) return;
  std::vector<std::regex> compiled;
  for (const std::string& pattern : patterns) {
    try {
      compiled.emplace_back(pattern, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
      graph::Fail(graph::ErrorKind::kBadOption, "finegrain fusing: \"", pattern,
                  "\" is no regular expression: ", error.what());
    }
  }
  patterns_ = std::make_shared<const std::vector<std::regex>>(std::move(compiled));
}

bool FusingFilter::Allows(const graph::Node& node) const {
  if (!patterns_) return true;
  for (const std::regex& pattern : *patterns_) {
    if (std::regex_search(node.Name(), pattern, std::regex_constants::match_continuous)) return false;
  }
  return true;
}

}  // namespace moir::transforms

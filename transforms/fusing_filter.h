// Which nodes the fusing passes may touch (--finegrain_fusing).
#pragma once

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "graph/node.h"

namespace moir::transforms {

// Refuses nodes whose name matches one of the regular expressions (ECMAScript) from its first letter on; the
// match need not reach the end of the name, so "bn0" also covers what a pass made of bn0 ("bn0/scale").
class FusingFilter {
 public:
  FusingFilter() = default;  // allows every node
  // Throws kBadOption when an expression is malformed.
  explicit FusingFilter(const std::vector<std::string>& patterns);
  bool Allows(const graph::Node& node) const;

 private:
  std::shared_ptr<const std::vector<std::regex>> patterns_;
};

}  // namespace moir::transforms

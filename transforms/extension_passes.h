// Passes of plug-ins, put between mo's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/extension/extension_registry.h"
#include "graph/pass.h"
#include "transforms/notifying_pass.h"

namespace moir::transforms {

// Adds the passes of all plug-ins that have been loaded. `all` names the passes of a pipeline from which nothing is
// left out; `passes` are some of these in the same order. A place beside a pass that is left out is where that would
// be. Of several passes of a name "before" means the first, "after" the last.
void InsertExtensionPasses(const std::vector<std::string>& all, const PassListener& listener,
                           std::vector<std::unique_ptr<graph::Pass>>& passes);

// Throws kBadOption when a pass of the plug-in names a place that is not there, or has the name of one of `all`.
void CheckExtensionPasses(const graph::ExtensionLibrary& library, const std::vector<std::string>& all);

}  // namespace moir::transforms

// Printing of how long each layer took.
#pragma once

#include <vector>

#include "moir/moir.h"

namespace moir::apps {

// One line per layer of the last inference, and the sum.
void PrintCounters(const std::vector<ProfilingInfo>& infos);

}  // namespace moir::apps

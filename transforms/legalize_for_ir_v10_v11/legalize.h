// Lowers a graph to operators that OpenVINO's operation sets have, for IR v10 and v11.
//
// Operators of our own are decomposed with their exact meaning; what has no decomposition stays, and the writer names
// it.
#pragma once

#include <memory>
#include <vector>

#include "graph/pass.h"

namespace moir::transforms {

// `version`: 10 or 11. The passes in their order.
std::vector<std::unique_ptr<graph::Pass>> MakeLegalizePassesV10V11(int version);

}  // namespace moir::transforms

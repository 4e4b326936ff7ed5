// Which engines can run the layers of an IR v2, v3 or v4.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace moir::graph {

// Nothing of `notes` means that OpenVINO 2018's CPU plug-in with its stock extensions runs the graph; otherwise every
// reason why not.
struct EngineCheck {
  std::vector<std::string> engines;
  std::vector<std::string> notes;
};
EngineCheck CheckEngines(const std::vector<const Node*>& layers, bool f16);

}  // namespace moir::graph

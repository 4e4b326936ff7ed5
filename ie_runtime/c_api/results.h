// Results of the C interface that are more than one number: C's structures over the C++ values, which lie beside them.
#pragma once

#include <string>
#include <vector>

#include "moir/c/moir.h"
#include "moir/moir.h"

namespace moir::c_api {

// Each gives a pointer that stays until moir_free.
const char* TextResult(std::string text);
const moir_text_list* TextsResult(std::vector<std::string> texts);
const moir_port* PortResult(Port port);
const moir_port_list* PortsResult(std::vector<Port> ports);
const moir_profiling_list* ProfilingResult(std::vector<ProfilingInfo> infos);
const moir_runtime_layer_list* LayersResult(std::vector<RuntimeLayer> layers);

}  // namespace moir::c_api

// Properties of a compilation.
#pragma once

#include "ie_runtime/compiled_graph.h"
#include "moir/moir.h"

namespace moir::runtime {

// Checks names and values; applies max_isa (and MOIR_MAX_ISA) to the process. Throws kBadOption.
CompileOptions ReadProperties(const Properties& properties);

}  // namespace moir::runtime

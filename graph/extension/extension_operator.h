// The graph's view of a plug-in's operator.
#pragma once

#include "graph/extension/extension_registry.h"
#include "graph/op_schema.h"

namespace moir::graph {

// Its schema; infer and evaluate call the plug-in. `op` must stay where it is. Throws kBadOption when the description
// makes no sense.
OpSchema MakeExtensionSchema(const ExtensionOperator& op);

}  // namespace moir::graph

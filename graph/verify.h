// Verify: whether a graph keeps its promises. Run by the pass runner after every pass.
#pragma once

#include "graph/graph.h"

namespace moir::graph {

// Throws kInternal with the first broken promise: reader lists match inputs, schemas are obeyed, settled types and
// shapes are what inference says, no cycle, outputs exist, names are unique.
void Verify(Graph& graph);

}  // namespace moir::graph

// Takes back the detours that old layers force upon a model.
#pragma once

#include "graph/graph.h"

namespace moir::graph {

//   Add(a, Tile(b)), where b broadcasts by itself      =>  Add(a, b); likewise Multiply, Maximum, Minimum, Subtract
//   Add(a, Multiply(b, -1))                            =>  Subtract(a, b)
//   Multiply(Maximum(Multiply(a, -1), Multiply(b, -1)), -1)  =>  Minimum(a, b)
// All exact. Nodes that nobody reads any more stay for RemoveDead.
void SimplifyOldLayers(Graph& graph);

}  // namespace moir::graph

// The step that GreedySuppression repeats, for files whose only means are loops.
#pragma once

#include <memory>

#include "graph/graph.h"

namespace moir::graph {

// A graph with inputs step (a scalar i64), kept [B, N] and the node's inputs but candidates, in their order; outputs:
// kept without what candidate `step` removes, and a boolean [1]: whether any later candidate is left. `batch`: B, which
// nothing but shapes depends on.
std::unique_ptr<Graph> MakeSuppressionStep(const Node& suppression, int64_t batch);

}  // namespace moir::graph

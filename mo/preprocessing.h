// Assigns --mean_values, --scale_values, --scale and --reverse_input_channels to the inputs of a graph.
#pragma once

#include <vector>

#include "graph/graph.h"
#include "mo/options.h"
#include "transforms/pipeline.h"

namespace moir::mo {

// One entry per input that gets anything. Throws kBadOption: unknown input, another number of values than channels,
// channels to reverse where no input has three.
std::vector<transforms::InputPreprocess> AssignPreprocessing(const graph::Graph& graph, const Options& options);

}  // namespace moir::mo

// Assigns --mean_values, --mean_image, --scale_values, --scale, --layout and --reverse_input_channels to the inputs of
// a graph.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "mo/options.h"
#include "transforms/pipeline.h"

namespace moir::mo {

// What the user may call an input, and its name in the graph.
using InputAliases = std::map<std::string, std::string>;

// One entry per input that gets anything. Throws kBadOption: unknown input, another number of values than channels,
// channels to reverse where no input has three.
std::vector<transforms::InputPreprocess> AssignPreprocessing(const graph::Graph& graph, const Options& options,
                                                             const InputAliases& aliases = {});
// --layout and its like: the transpositions at inputs and outputs. Throws kBadOption: unknown names, layouts that do
// not fit the data.
std::vector<transforms::LayoutChange> AssignLayouts(const graph::Graph& graph, const Options& options,
                                                    const InputAliases& aliases = {});

// The layouts in which the inputs will be fed, for files that record them: "[N,C,H,W]" by the input's name.
std::map<std::string, std::string> FedLayouts(const graph::Graph& graph, const Options& options,
                                              const InputAliases& aliases);

}  // namespace moir::mo

// Cuts a symbol where the user wants inputs, and makes constants of inputs that are frozen.
//
//   conv1        a variable: it is an input. An inner node: as 0:conv1 when one of its inputs is data
//   K:conv1      what input K of the node reads becomes the input "conv1/placeholder_port_K"
//   conv1:K      output K of the node becomes the input "conv1" ("conv1/placeholder_out_port_K" when other outputs are
//                still computed)
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mo/mxnet/graph_builder.h"
#include "mo/option_values.h"

namespace moir::mo {

struct CutResult {
  std::vector<InputOption> inputs;  // for BuildGraph, in the order of the specs, without the frozen ones
  // What the user may call an input ("0:conv1", "conv1") and the name it has in the graph.
  std::map<std::string, std::string> aliases;
};

// Rewrites `symbol`; frozen inputs become parameters. A first size of -1 is `batch`. Throws kBadOption: FAQ 28, 29, 30,
// 31, 41, 83, values that do not fit.
CutResult CutSymbol(Symbol& symbol, Params& params, const std::vector<InputSpec>& inputs,
                    const std::vector<InputSpec>& freeze);

}  // namespace moir::mo

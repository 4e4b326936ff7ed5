// Reader of symbol.json files of every age.
//
//   { "nodes": [ {"op": "null", "name": "data", "inputs": []},
//                {"op": "Convolution", "name": "conv0", "inputs": [[0, 0, 0], ...],
//                 "param" (0.8) | "attr" (0.9 - 0.12) | "attrs" (1.0 -): {"kernel": "(3, 3)", ...},
//                 "subgraphs": [ {"nodes": ...} ] } ],
//     "arg_nodes": [0, ...], "heads": [[7, 0, 0]], "node_row_ptr": [...],
//     "attrs": {"mxnet_version": ["int", 10901], "is_np_shape": ["int", 0]} }
//
// Inputs and heads are [node, output] or [node, output, version]. Of several attribute dictionaries on one node
// the younger spelling wins.
#pragma once

#include <string>
#include <string_view>

#include "mo/mxnet/symbol.h"

namespace moir::mo {

// Throw kIo, or kBadModel with the place: a byte and line of text that is not JSON, else the node.
Symbol ReadSymbol(const std::string& path);
Symbol ParseSymbol(std::string_view text, const std::string& place);

}  // namespace moir::mo

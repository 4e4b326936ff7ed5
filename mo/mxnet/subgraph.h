// Subgraphs: symbols inside a node (bodies of loops, branches, contents of fused nodes), built in the place of the
// node.
#pragma once

#include <vector>

#include "mo/mxnet/node_converter.h"

namespace moir::mo {

// Converts every operator of `body` into nodes of `node`'s graph. The variables of the body, in their order, stand for
// `arguments`. Returns the body's outputs. Throws as converters do; kUnsupported for operators moir does not have.
std::vector<Value> BuildSubgraph(NodeConverter& node, const Symbol& body, const std::vector<Value>& arguments);

}  // namespace moir::mo

// Pooling as other converters need it.
#pragma once

#include "mo/mxnet/node_converter.h"

namespace moir::mo {

// `data`, of a float type, pooled as the node's attributes say.
Value PoolWindows(NodeConverter& node, Value data);

}  // namespace moir::mo

// Declares the schema function of every operator in op_list.inc.
#pragma once

#include "graph/op_schema.h"

namespace moir::graph {
#define MOIR_OP(name) OpSchema name##Schema();
#include "graph/op_list.inc"
#undef MOIR_OP
}  // namespace moir::graph

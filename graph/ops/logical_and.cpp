// LogicalAnd: y = whether both a and b are true.
// in 0, 1: a and b, boolean; shapes broadcast as in NumPy.  out 0: boolean.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema LogicalAndSchema() {
  return LogicalSchema("LogicalAnd", [](bool a, bool b) { return a && b; });
}

}  // namespace moir::graph

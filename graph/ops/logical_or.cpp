// LogicalOr: y = whether a or b or both are true.
// in 0, 1: a and b, boolean; shapes broadcast as in NumPy.  out 0: boolean.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema LogicalOrSchema() {
  return LogicalSchema("LogicalOr", [](bool a, bool b) { return a || b; });
}

}  // namespace moir::graph

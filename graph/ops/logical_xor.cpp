// LogicalXor: y = whether exactly one of a and b is true.
// in 0, 1: a and b, boolean; shapes broadcast as in NumPy.  out 0: boolean.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema LogicalXorSchema() {
  return LogicalSchema("LogicalXor", [](bool a, bool b) { return a != b; });
}

}  // namespace moir::graph

// Maximum: y = the larger of a and b; NaN when either is NaN.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema MaximumSchema() {
  return BinarySchema("Maximum", [](auto a, auto b) { return a > b || a != a ? a : b; });
}

}  // namespace moir::graph

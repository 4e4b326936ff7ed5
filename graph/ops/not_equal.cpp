// NotEqual: y = whether a differs from b; with NaN true.
// in 0, 1: a and b of one type; shapes broadcast as in NumPy.  out 0: boolean.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema NotEqualSchema() {
  return ComparisonSchema("NotEqual", [](auto a, auto b) { return a != b; });
}

}  // namespace moir::graph

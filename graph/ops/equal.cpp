// Equal: y = whether a equals b; with NaN false.
// in 0, 1: a and b of one type; shapes broadcast as in NumPy.  out 0: boolean.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema EqualSchema() {
  return ComparisonSchema("Equal", [](auto a, auto b) { return a == b; });
}

}  // namespace moir::graph

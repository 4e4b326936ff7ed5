// Add: y = a + b.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema AddSchema() {
  return BinarySchema("Add", Wrapping([](auto a, auto b) { return a + b; }));
}

}  // namespace moir::graph

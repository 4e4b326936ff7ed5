// Multiply: y = a * b.
// in 0, 1: a and b of one type, numeric; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema MultiplySchema() {
  return BinarySchema("Multiply", Wrapping([](auto a, auto b) { return a * b; }));
}

}  // namespace moir::graph

// BitwiseAnd: y = a & b, bit by bit.
// in 0, 1: a and b of one type, integer or boolean; shapes broadcast as in NumPy.  out 0: same type.
#include "graph/ops/bitwise.h"

namespace moir::graph {

OpSchema BitwiseAndSchema() {
  return BitwiseSchema("BitwiseAnd", [](auto a, auto b) { return a & b; });
}

}  // namespace moir::graph

// IsNaN: whether x is no number.
// in 0: data, any shape, float.  out 0: same shape, boolean.
#include "graph/ops/float_class.h"

namespace moir::graph {

OpSchema IsNaNSchema() {
  return FloatClassSchema("IsNaN", {}, [](const EvalContext&, auto x) { return std::isnan(x); });
}

}  // namespace moir::graph

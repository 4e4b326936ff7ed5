// IsFinite: whether x is a number other than an infinity.
// in 0: data, any shape, float.  out 0: same shape, boolean.
#include "graph/ops/float_class.h"

namespace moir::graph {

OpSchema IsFiniteSchema() {
  return FloatClassSchema("IsFinite", {}, [](const EvalContext&, auto x) { return std::isfinite(x); });
}

}  // namespace moir::graph

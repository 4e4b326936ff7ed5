// IsInf: whether x is an infinity of a sign that is asked for.
// in 0: data, any shape, float.  out 0: same shape, boolean.  attr detect_positive, detect_negative: bool, default
// true.
#include "graph/ops/float_class.h"

namespace moir::graph {

OpSchema IsInfSchema() {
  return FloatClassSchema("IsInf", {{"detect_negative", true}, {"detect_positive", true}},
                          [](const EvalContext& op, auto x) {
                            return std::isinf(x) && op.Attr<bool>(x > 0 ? "detect_positive" : "detect_negative");
                          });
}

}  // namespace moir::graph

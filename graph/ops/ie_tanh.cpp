// Layer TanH: the hyperbolic tangent.
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeTanHSchema() { return IeUnarySchema("TanH", "Tanh"); }

}  // namespace moir::graph

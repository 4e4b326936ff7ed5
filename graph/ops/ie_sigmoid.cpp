// Layer Sigmoid (also spelled Logistic): 1 / (1 + exp(-x)).
#include "graph/ops/ie_layer.h"

namespace moir::graph {

OpSchema IeSigmoidSchema() { return IeUnarySchema("Sigmoid", "Sigmoid"); }

}  // namespace moir::graph

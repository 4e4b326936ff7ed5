// Gamma (set moir): y = the gamma function of x, (x - 1)! for whole x; infinite at 0, NaN at -1, -2, ...
// in 0: data, any shape, float type.  out 0: same.
#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema GammaSchema() {
  return FloatUnarySchema(
      "Gamma", [](double x) { return std::tgamma(x); }, "moir");
}

}  // namespace moir::graph

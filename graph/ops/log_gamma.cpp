// LogGamma (set moir): y = log |gamma(x)|; infinite at 0, -1, -2, ...
// in 0: data, any shape, float type.  out 0: same.
#include <math.h>  // lgamma_r: std::lgamma writes a global variable, which threads would race for

#include "graph/ops/elementwise.h"

namespace moir::graph {

OpSchema LogGammaSchema() {
  return FloatUnarySchema(
      "LogGamma",
      [](double x) {
        int sign = 0;
        return lgamma_r(x, &sign);
      },
      "moir");
}

}  // namespace moir::graph

// ErfInv (set moir): y with erf(y) = x; infinite at -1 and 1, NaN outside [-1, 1].
// in 0: data, any shape, float type.  out 0: same.
#include <algorithm>
#include <limits>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

// A rough start (Winitzki's closed form, relative error below 0.2 %), then Newton's steps on erf(y) - x. Close to 1 the
// difference is taken of the complements, where digits are left.
double ErfInv(double x) {
  if (!(std::fabs(x) < 1)) {
    if (std::fabs(x) == 1) return std::copysign(std::numeric_limits<double>::infinity(), x);
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (x == 0) return x;
  const double size = std::fabs(x);
  constexpr double kPi = 3.14159265358979323846, kA = 0.147;
  const double log_rest = std::log1p(-size) + std::log1p(size);  // log(1 - x^2)
  const double half = 2 / (kPi * kA) + log_rest / 2;
  double y = std::sqrt(std::max(0.0, std::sqrt(half * half - log_rest / kA) - half));
  for (int i = 0; i < 3; ++i) {
    const double error = size < 0.5 ? std::erf(y) - size : (1 - size) - std::erfc(y);
    y -= error * std::sqrt(kPi) / 2 * std::exp(y * y);
  }
  return std::copysign(y, x);
}

}  // namespace

OpSchema ErfInvSchema() { return FloatUnarySchema("ErfInv", ErfInv, "moir"); }

}  // namespace moir::graph

#include "ie_runtime/kernels/blocked/cost.h"

#include <unistd.h>

namespace moir::runtime::blocked {

Cost CostOf(const Loops&) { return {190e9, 22e-12, 8e-12, 36e-12}; }

double SecondLevelCache() {
  static const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? static_cast<double>(bytes) : 1 << 20;
}

double DirectSeconds(const Loops& loops, int threads, double multiply_adds, double weight_bytes) {
  const Cost cost = CostOf(loops);
  return 2 * multiply_adds / threads / cost.flops +
         weight_bytes * (weight_bytes < SecondLevelCache() / 2 ? cost.near : cost.far);
}

}  // namespace moir::runtime::blocked
